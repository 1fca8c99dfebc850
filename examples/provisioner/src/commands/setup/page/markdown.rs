use super::{Block, Page};

/// The page as Markdown.
pub(crate) fn markdown(page: &Page) -> String {
    let mut parts = vec![format!("# {}", page.title), page.opening.clone()];
    for (step, number) in page.steps.iter().zip(1..) {
        parts.push(format!("## {number}. {}", step.title));
        parts.extend(step.blocks.iter().map(shown));
    }
    parts.join("\n\n") + "\n"
}

fn shown(block: &Block) -> String {
    match block {
        Block::Path(path) => format!("**{}**", path.join(" › ")),
        Block::Text(text) => text.clone(),
        Block::Table { header, rows } => {
            let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
            let head = line(header.iter().map(|&title| title.to_owned()).collect());
            let rule = line(header.iter().map(|_| "---".to_owned()).collect());
            let escape = |cell: &String| cell.replace('|', "\\|");
            let rows = rows
                .iter()
                .map(|row| line(row.iter().map(escape).collect()));
            [head, rule]
                .into_iter()
                .chain(rows)
                .collect::<Vec<_>>()
                .join("\n")
        }
        Block::Lines(lines) => format!("```sh\n{}\n```", lines.join("\n")),
    }
}
