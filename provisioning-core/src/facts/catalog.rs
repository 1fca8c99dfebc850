use std::collections::{BTreeMap, BTreeSet};

use learning360_client::{CustomFieldId, GroupId, Visibility};

/// The company's groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupTree(BTreeMap<GroupId, Group>);

/// One group of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name, for people.
    pub name: Box<str>,
    /// The group above it; the root has none.
    pub parent: Option<GroupId>,
    /// Whether it is public: learners of a public group belong to its parent as well.
    pub visibility: Visibility,
}

/// A custom field for users.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CustomField {
    /// Its id.
    pub id: CustomFieldId,
    /// Its name, which the policy may use.
    pub name: Box<str>,
    /// What its values are.
    pub kind: CustomFieldKind,
    /// The values that are allowed; empty = any.
    pub authorized: BTreeSet<Box<str>>,
}

/// What the values of a custom field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CustomFieldKind {
    /// Texts.
    Text,
    /// Days, as `YYYY-MM-DD`.
    Date,
}

impl GroupTree {
    /// The group with this id.
    pub fn get(&self, id: &GroupId) -> Option<&Group> {
        self.0.get(id)
    }

    /// All groups in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = &Group> {
        self.0.values()
    }

    /// The platform's own group, above all others.
    pub fn root(&self) -> Option<&Group> {
        self.iter().find(|group| group.parent.is_none())
    }

    /// The groups that a learner of this one belongs to as well: its ancestors up to and
    /// including the first private one, as long as each step starts from a public group.
    pub fn implied(&self, id: &GroupId) -> Vec<&GroupId> {
        let mut implied: Vec<&GroupId> = Vec::new();
        let mut group = self.get(id);
        while let Some(public) = group.filter(|group| group.visibility == Visibility::Public) {
            let parent = public.parent.as_ref().and_then(|parent| self.get(parent));
            match parent {
                // A cycle is no tree; what is known so far is enough.
                Some(parent) if !implied.contains(&&parent.id) => implied.push(&parent.id),
                _ => break,
            }
            group = parent;
        }
        implied
    }
}

impl FromIterator<Group> for GroupTree {
    fn from_iter<I: IntoIterator<Item = Group>>(groups: I) -> Self {
        let groups = groups.into_iter();
        Self(groups.map(|group| (group.id.clone(), group)).collect())
    }
}

impl Group {
    /// A group of the tree.
    pub fn new(
        id: GroupId,
        name: impl Into<Box<str>>,
        parent: Option<GroupId>,
        visibility: Visibility,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            parent,
            visibility,
        }
    }
}

impl CustomField {
    /// A field; without authorised values any value is allowed.
    pub fn new(id: CustomFieldId, name: impl Into<Box<str>>, kind: CustomFieldKind) -> Self {
        Self {
            id,
            name: name.into(),
            kind,
            authorized: BTreeSet::new(),
        }
    }

    /// The same field, which allows these values only.
    #[must_use]
    pub fn with_authorized(self, values: impl IntoIterator<Item = Box<str>>) -> Self {
        Self {
            authorized: values.into_iter().collect(),
            ..self
        }
    }

    /// Whether a value is allowed.
    pub fn allows(&self, value: &str) -> bool {
        self.authorized.is_empty() || self.authorized.contains(value)
    }
}
