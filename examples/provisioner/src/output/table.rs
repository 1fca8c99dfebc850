pub(crate) use comfy_table::Cell;
use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Color, ContentArrangement};

use super::{Look, Output};

/// A table without lines: a header and rows, as wide as it has to be, and wrapped to the width of
/// the terminal where there is one.
#[derive(Debug)]
pub(crate) struct Table(comfy_table::Table);

impl Table {
    /// A table with these columns.
    pub(crate) fn new<'t>(header: impl IntoIterator<Item = &'t str>) -> Self {
        let mut table = comfy_table::Table::new();
        let header = header.into_iter().map(|title| cell(Look::Quiet, title));
        table.load_style(NOTHING).set_header(header);
        Self(table)
    }

    /// A table without a header.
    pub(crate) fn plain() -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING);
        Self(table)
    }

    /// Adds a row; plain text will do for a [`cell`].
    pub(crate) fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.0
            .add_row(cells.into_iter().map(Into::into).collect::<Vec<Cell>>());
    }
}

impl Output {
    /// Prints names with their values, one below the other.
    pub(crate) fn pairs<V: Into<Cell>>(&self, pairs: impl IntoIterator<Item = (&'static str, V)>) {
        let mut table = Table::plain();
        for (name, value) in pairs {
            table.row([cell(Look::Quiet, name), value.into()]);
        }
        self.table(table);
    }

    /// Prints a table of the result.
    pub(crate) fn table(&self, mut table: Table) {
        if self.colours {
            table.0.enforce_styling();
        } else {
            table.0.force_no_tty();
        }
        let arrangement = match self.width() {
            Some(width) => {
                table.0.set_width(width);
                ContentArrangement::Dynamic
            }
            None => ContentArrangement::Disabled,
        };
        table.0.set_content_arrangement(arrangement);
        for column in table.0.column_iter_mut() {
            column.set_padding((0, GAP));
        }
        // Cells of the last column would be filled up with blanks.
        for line in table.0.lines() {
            self.line(line.trim_end());
        }
    }
}

/// A cell that looks like this.
pub(crate) fn cell(look: Look, text: impl ToString) -> Cell {
    let cell = Cell::new(text);
    match look {
        Look::Plain => cell,
        Look::Title => cell.add_attribute(Attribute::Bold),
        Look::Good => cell.fg(Color::DarkGreen),
        Look::Notable => cell.fg(Color::DarkYellow),
        Look::Bad => cell.fg(Color::DarkRed).add_attribute(Attribute::Bold),
        Look::Quiet => cell.add_attribute(Attribute::Dim),
    }
}

/// Blanks between two columns.
const GAP: u16 = 2;
