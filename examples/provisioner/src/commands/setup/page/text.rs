use super::{Block, Page};
use crate::output::{Look, Output, wrapped};

/// The page as text of so many columns, with colours where the output has them.
pub(crate) fn text(page: &Page, output: &Output, columns: usize) -> String {
    let mut lines = vec![output.paint(Look::Title, &page.title)];
    lines.extend(wrapped(&plain(&page.opening), columns));
    for (step, number) in page.steps.iter().zip(1..) {
        let title = format!("{number}  {}", step.title);
        lines.extend([String::new(), output.paint(Look::Title, title)]);
        let room = columns.saturating_sub(INDENT.len());
        let mut before = None;
        for block in &step.blocks {
            // A table or a listing stands apart; other blocks follow each other.
            if before.is_some_and(|before| stands_apart(before) || stands_apart(block)) {
                lines.push(String::new());
            }
            let shown = shown(block, output, room).into_iter();
            lines.extend(shown.map(|line| format!("{INDENT}{line}").trim_end().to_owned()));
            before = Some(block);
        }
    }
    lines.join("\n")
}

fn stands_apart(block: &Block) -> bool {
    matches!(block, Block::Table { .. } | Block::Lines(_))
}

fn shown(block: &Block, output: &Output, room: usize) -> Vec<String> {
    match block {
        Block::Path(path) => {
            let lines = wrapped(&path.join(" › "), room).into_iter();
            lines
                .map(|line| output.paint(Look::Notable, line))
                .collect()
        }
        Block::Text(text) => wrapped(&plain(text), room),
        Block::Table { header, rows } => table(header, rows, output, room),
        Block::Lines(lines) => lines.iter().map(|line| format!("  {line}")).collect(),
    }
}

/// Columns as wide as they have to be, but for the last, which is wrapped.
fn table(
    header: &[&'static str],
    rows: &[Vec<String>],
    output: &Output,
    room: usize,
) -> Vec<String> {
    let mut widths: Vec<_> = header.iter().map(|title| width(title)).collect();
    for row in rows {
        for (cell, widest) in row.iter().zip(&mut widths) {
            *widest = width(cell).max(*widest);
        }
    }
    widths.pop();
    let before: usize = 2 + widths.iter().map(|width| width + GAP).sum::<usize>();
    let left = room.saturating_sub(before).max(NARROWEST);
    let line = |cells: &[String], last: &str| {
        let cells = cells
            .iter()
            .map(String::as_str)
            .chain(std::iter::repeat(""));
        let cells = cells.zip(&widths);
        let cells = cells.map(|(cell, width)| format!("{cell:<0$}", width + GAP));
        format!("  {}{last}", cells.collect::<String>())
    };
    let mut lines = Vec::new();
    let titles: Vec<_> = header.iter().map(|&title| title.to_owned()).collect();
    if let Some((last, others)) = titles.split_last() {
        let head = line(others, last);
        if !head.trim().is_empty() {
            lines.push(output.paint(Look::Quiet, head));
        }
    }
    for row in rows {
        let Some((last, others)) = row.split_last() else {
            continue;
        };
        for (part, index) in wrapped(last, left).iter().zip(0..) {
            lines.push(line(if index == 0 { others } else { &[] }, part));
        }
    }
    lines
}

/// What Bob and 360Learning show stands in quotes where there are no slanted letters.
fn plain(text: &str) -> String {
    text.replace('*', "\"")
}

fn width(text: &str) -> usize {
    text.chars().count()
}

const INDENT: &str = "   ";

/// Blanks between two columns.
const GAP: usize = 2;

/// The last column is never wrapped to less.
const NARROWEST: usize = 20;

#[cfg(test)]
mod tests {
    use super::super::Step;
    use super::*;

    #[test]
    fn the_last_column_hangs() {
        let rows = vec![vec![
            "work".to_owned(),
            "work.title, ".repeat(6) + "work.site",
        ]];
        let step = Step::new("Look")
            .text("First.")
            .table(["section", "fields"], rows);
        let page = Page {
            title: "Title".to_owned(),
            opening: "Opening.".to_owned(),
            steps: vec![step],
        };
        assert_eq!(
            text(&page, &Output::nowhere(), 50),
            "Title\nOpening.\n\n1  Look\n   First.\n\n     section  fields\n     work     work.title, \
             work.title, work.title,\n              work.title, work.title, work.title,\n              \
             work.site"
        );
    }
}
