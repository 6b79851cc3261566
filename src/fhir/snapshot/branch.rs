//! Elements as a tree: a list of a differential or snapshot to branches, and
//! back. Slices stand behind the element they are of, as its siblings.

use std::sync::Arc;

use super::steps::steps;
use crate::fhir::definition::ElementDefinition;

/// An element and those below it.
#[derive(Debug, Clone, Default)]
pub(super) struct Branch {
    pub(super) name: Arc<str>,
    pub(super) slice: Option<Arc<str>>,
    /// What is said of it; nothing where a differential only passes through.
    pub(super) element: ElementDefinition,
    pub(super) children: Vec<Branch>,
}

impl Branch {
    /// The tree of a list of elements, which may leave out those on the way.
    pub(super) fn of_list(list: &[ElementDefinition]) -> Option<Self> {
        let root = list.first()?;
        let name = root.path.split('.').next().unwrap_or_default();
        let mut tree = Self { name: name.into(), ..Self::default() };
        let mut before = Vec::new();
        for element in list {
            let steps = steps(element, &before);
            let mut branch = &mut tree;
            for step in &steps[1..] {
                branch = branch.descend(&step.name, step.slice.as_ref());
            }
            branch.element = element.clone();
            before = steps;
        }
        Some(tree)
    }

    /// The tree of a snapshot on which another is going to stand: each element goes
    /// back to itself, where it does not say to which.
    pub(super) fn of_base(list: &[ElementDefinition]) -> Option<Self> {
        fn settle(branch: &mut Branch) {
            let element = &mut branch.element;
            element.base_path.get_or_insert_with(|| Arc::clone(&element.path));
            branch.children.iter_mut().for_each(settle);
        }
        let mut tree = Self::of_list(list)?;
        tree.children.iter_mut().for_each(settle);
        Some(tree)
    }

    /// The child with this name and slice; made where it is not there.
    fn descend(&mut self, name: &Arc<str>, slice: Option<&Arc<str>>) -> &mut Self {
        let place = self.place(name, slice).unwrap_or_else(|| {
            self.children.push(Self { name: name.clone(), slice: slice.cloned(), ..Self::default() });
            self.children.len() - 1
        });
        &mut self.children[place]
    }

    /// Where the child with this name and slice stands.
    pub(super) fn place(&self, name: &str, slice: Option<&Arc<str>>) -> Option<usize> {
        self.children.iter().rposition(|child| *child.name == *name && child.slice.as_ref() == slice)
    }

    /// The list of a tree; ids and paths follow from where the elements stand.
    pub(super) fn into_list(self) -> Vec<ElementDefinition> {
        let mut list = Vec::new();
        let name = self.name.clone();
        self.list_into(&mut list, name.clone(), name);
        list
    }

    fn list_into(self, list: &mut Vec<ElementDefinition>, id: Arc<str>, path: Arc<str>) {
        let Self { slice, element, children, .. } = self;
        list.push(ElementDefinition { id: id.clone(), path: path.clone(), slice_name: slice, ..element });
        for child in children {
            let step = child.slice.as_ref().map_or_else(|| child.name.to_string(), |slice| format!("{}:{slice}", child.name));
            let (id, path) = (format!("{id}.{step}").into(), format!("{path}.{}", child.name).into());
            child.list_into(list, id, path);
        }
    }

    /// How many elements there are.
    pub(super) fn len(&self) -> usize {
        1 + self.children.iter().map(Self::len).sum::<usize>()
    }
}
