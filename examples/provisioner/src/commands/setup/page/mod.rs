//! A page of numbered steps, which can be shown as text and as Markdown.

mod markdown;
mod text;

pub(crate) use self::markdown::markdown;
pub(crate) use self::text::text;

/// A page of numbered steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) title: String,
    /// What stands before the first step.
    pub(crate) opening: String,
    pub(crate) steps: Vec<Step>,
}

/// A step: what it is about, and what to do.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) title: String,
    pub(crate) blocks: Vec<Block>,
}

/// A part of a step. Texts may hold `code`.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    /// Where to click.
    Path(Vec<&'static str>),
    /// A paragraph.
    Text(String),
    /// Rows under a header; the last column may be long.
    Table {
        header: Vec<&'static str>,
        rows: Vec<Vec<String>>,
    },
    /// Lines as they are.
    Lines(Vec<String>),
}

impl Step {
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            blocks: Vec::new(),
        }
    }

    #[must_use]
    pub(crate) fn path(self, path: impl IntoIterator<Item = &'static str>) -> Self {
        self.with(Block::Path(path.into_iter().collect()))
    }

    #[must_use]
    pub(crate) fn text(self, text: impl Into<String>) -> Self {
        self.with(Block::Text(text.into()))
    }

    #[must_use]
    pub(crate) fn table(
        self,
        header: impl IntoIterator<Item = &'static str>,
        rows: Vec<Vec<String>>,
    ) -> Self {
        let header = header.into_iter().collect();
        self.with(Block::Table { header, rows })
    }

    #[must_use]
    pub(crate) fn lines(self, lines: impl IntoIterator<Item = String>) -> Self {
        self.with(Block::Lines(lines.into_iter().collect()))
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }
}
