//! Tests of changing a tree; reading one is tested with the formats.

use super::*;

fn new(name: &'static str, type_name: &'static str) -> NewNode {
    NewNode { name: name.into(), type_name: type_name.into(), choice: false, list: false, literal: None, span: Span::default() }
}

fn names(node: Node<'_>) -> Vec<&str> {
    node.children().map(Node::name).collect()
}

fn patient() -> (Tree, [NodeId; 3]) {
    let mut tree = Tree::new(new("Patient", "Patient"));
    let root = tree.root_id();
    let ids = ["id", "active", "gender"].map(|name| tree.add(root, new(name, "code")));
    (tree, ids)
}

#[test]
fn remove_unlinks_the_first_a_middle_and_the_last_child() {
    for (index, left) in [(0, ["active", "gender"]), (1, ["id", "gender"]), (2, ["id", "active"])] {
        let (mut tree, ids) = patient();
        tree.remove(ids[index]);
        assert_eq!(names(tree.root()), left);
        assert!(tree.node(ids[index]).parent().is_none());
    }
}

#[test]
fn add_after_remove_of_the_last_child_comes_last() {
    let (mut tree, ids) = patient();
    tree.remove(ids[2]);
    tree.add(tree.root_id(), new("birthDate", "date"));
    assert_eq!(names(tree.root()), ["id", "active", "birthDate"]);
}

#[test]
fn remove_of_all_children_leaves_an_element_that_takes_new_ones() {
    let (mut tree, ids) = patient();
    ids.into_iter().for_each(|id| tree.remove(id));
    assert_eq!(names(tree.root()), Vec::<&str>::new());
    tree.add(tree.root_id(), new("id", "id"));
    assert_eq!(names(tree.root()), ["id"]);
}

#[test]
fn remove_of_the_root_changes_nothing() {
    let (mut tree, _) = patient();
    tree.remove(tree.root_id());
    assert_eq!(names(tree.root()).len(), 3);
}

#[test]
fn set_literal_keeps_the_form_or_takes_that_of_the_type() {
    let mut tree = Tree::new(new("Patient", "Patient"));
    let active = tree.add(tree.root_id(), new("active", "boolean"));
    tree.set_literal(active, "true");
    assert_eq!(tree.node(active).literal().map(|literal| literal.form), Some(Form::Boolean));
    tree.edit(active).literal = Some(Literal { text: "true".into(), form: Form::String });
    tree.set_literal(active, "false");
    assert_eq!(tree.node(active).literal(), Some(&Literal { text: "false".into(), form: Form::String }));
}

#[test]
fn add_copy_takes_a_resource_into_a_bundle() {
    let (patient, _) = patient();
    let mut bundle = Tree::new(new("Bundle", "Bundle"));
    let entry = bundle.add(bundle.root_id(), new("entry", "Bundle.entry"));
    let copy = bundle.add_copy(entry, new("resource", "Patient"), patient.root());
    assert_eq!(names(bundle.node(copy)), ["id", "active", "gender"]);
    assert!(bundle.node(copy).is_resource());
}

#[test]
fn copy_of_an_entry_is_a_resource_of_its_own() {
    let (patient, _) = patient();
    let mut bundle = Tree::new(new("Bundle", "Bundle"));
    let copy = bundle.add_copy(bundle.root_id(), NewNode { list: true, ..new("contained", "Patient") }, patient.root());
    let tree = Tree::copy_of(bundle.node(copy));
    assert_eq!((tree.root().name(), tree.root().is_list(), names(tree.root()).len()), ("Patient", false, 3));
    assert_eq!(tree.len(), 4);
}

#[test]
fn is_resource_knows_an_outcome_of_a_procedure_from_that_of_an_entry() {
    let mut tree = Tree::new(new("Procedure", "Procedure"));
    let outcome = tree.add(tree.root_id(), new("outcome", "CodeableConcept"));
    assert!(!tree.node(outcome).is_resource());
}

#[test]
fn a_path_counts_siblings_of_the_same_name_wherever_they_stand() {
    let list = |name| NewNode { list: true, ..new(name, "HumanName") };
    let mut tree = Tree::new(new("Patient", "Patient"));
    let root = tree.root_id();
    let paths = |tree: &Tree| tree.root().children().map(|child| child.path()).collect::<Vec<_>>();
    let names = ["name", "name", "telecom", "name", "telecom"].map(|name| tree.add(root, list(name)));
    let all = ["Patient.name[0]", "Patient.name[1]", "Patient.telecom[0]", "Patient.name[2]", "Patient.telecom[1]"];
    assert_eq!(paths(&tree), all);
    tree.remove(names[0]);
    tree.add(root, list("name"));
    assert_eq!(
        paths(&tree),
        ["Patient.name[0]", "Patient.telecom[0]", "Patient.name[1]", "Patient.telecom[1]", "Patient.name[2]"]
    );
    for at in 0..200 {
        let id = tree.add(root, list(if at % 2 == 0 { "contact" } else { "link" }));
        assert!(tree.node(id).path().ends_with(&format!("[{}]", at / 2)));
    }
}
