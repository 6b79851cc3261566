//! Tests of reading and writing XML: the corners of FHIR's own rules.

use super::*;
use crate::fhir::json;
use crate::fhir::node::{Form, Node, Tree};
use crate::fhir::types::r4;

fn tree(text: &str) -> Tree {
    read(text.as_bytes(), r4()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn patient(content: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Patient xmlns=\"http://hl7.org/fhir\">{content}</Patient>")
}

fn survives(content: &str) -> Tree {
    let tree = tree(&patient(content));
    assert_eq!(write(tree.root(), r4()), patient(content));
    tree
}

fn refusal(text: &str) -> String {
    read(text.as_bytes(), r4()).expect_err(text).message
}

fn from_json(text: &str) -> String {
    let tree = json::read(text.as_bytes(), r4()).unwrap_or_else(|error| panic!("{error}: {text}"));
    write(tree.root(), r4())
}

fn names(node: Node<'_>) -> Vec<&str> {
    node.children().map(Node::name).collect()
}

#[test]
fn values_are_attributes_and_their_form_follows_the_type() {
    let tree = survives(r#"<active value="true"/><birthDate value="2000"/><multipleBirthInteger value="2"/>"#);
    let forms: Vec<_> = tree.root().children().filter_map(Node::literal).map(|literal| literal.form).collect();
    assert_eq!(forms, [Form::Boolean, Form::String, Form::Number]);
    assert_eq!(
        json::write(tree.root()),
        r#"{"resourceType":"Patient","active":true,"birthDate":"2000","multipleBirthInteger":2}"#
    );
}

#[test]
fn a_value_that_json_cannot_write_in_its_form_is_a_string() {
    let tree = survives(r#"<active value="yes"/><multipleBirthInteger value="+2"/>"#);
    assert_eq!(json::write(tree.root()), r#"{"resourceType":"Patient","active":"yes","multipleBirthInteger":"+2"}"#);
}

#[test]
fn ids_of_elements_and_urls_of_extensions_are_attributes() {
    let tree = survives(r#"<id value="p"/><extension id="e" url="u"><valueDecimal value="1.00"/></extension>"#);
    let extension = tree.root().child("extension").expect("read");
    assert_eq!(names(extension), ["id", "url", "value"]);
    assert_eq!(extension.child("url").map(Node::type_name), Some("uri"));
    assert_eq!(
        json::write(tree.root()),
        r#"{"resourceType":"Patient","id":"p","extension":[{"id":"e","url":"u","valueDecimal":1.00}]}"#
    );
}

#[test]
fn a_primitive_with_only_an_extension_in_a_list_keeps_its_place() {
    let text = r#"<name><given value="a"/><given><extension url="u"><valueCode value="IN"/></extension></given><given value="b"/></name>"#;
    let tree = survives(text);
    assert_eq!(
        json::write(tree.root()),
        r#"{"resourceType":"Patient","name":[{"given":["a",null,"b"],"_given":[null,{"extension":[{"url":"u","valueCode":"IN"}]},null]}]}"#
    );
}

#[test]
fn a_narrative_is_its_source_text() {
    let div = "<div xmlns=\"http://www.w3.org/1999/xhtml\">a &amp; b &#233;<br/>\n  <p title='x'>é</p><!-- c --></div>";
    let tree = survives(&format!("<text><status value=\"generated\"/>{div}</text>"));
    let narrative = tree.root().child("text").and_then(|text| text.child("div")).expect("read");
    assert_eq!((narrative.value(), narrative.type_name()), (Some(div), "xhtml"));
}

#[test]
fn a_narrative_that_is_no_xhtml_is_written_as_text() {
    for (div, escaped) in [
        ("<div>a</div>", "&lt;div&gt;a&lt;/div&gt;"),
        (
            "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">&nbsp;</div>",
            "&lt;div xmlns=&quot;http://www.w3.org/1999/xhtml&quot;&gt;&amp;nbsp;&lt;/div&gt;",
        ),
        (
            "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><p></div>",
            "&lt;div xmlns=&quot;http://www.w3.org/1999/xhtml&quot;&gt;&lt;p&gt;&lt;/div&gt;",
        ),
        (
            "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">\\u0001</div>",
            "&lt;div xmlns=&quot;http://www.w3.org/1999/xhtml&quot;&gt;\u{fffd}&lt;/div&gt;",
        ),
        ("", ""),
    ] {
        let text = from_json(&format!(r#"{{"resourceType":"Patient","text":{{"div":"{div}"}}}}"#));
        assert_eq!(text, patient(&format!("<text><div xmlns=\"http://www.w3.org/1999/xhtml\">{escaped}</div></text>")));
    }
}

#[test]
fn contained_and_entry_resources_stand_in_their_element() {
    let text = "<Bundle xmlns=\"http://hl7.org/fhir\"><entry><resource><Patient><contained><Organization><name value=\"x\"/></Organization></contained></Patient></resource></entry></Bundle>";
    let tree = tree(text);
    let resource = tree.root().child("entry").and_then(|entry| entry.child("resource")).expect("read");
    assert_eq!((resource.type_name(), resource.is_resource()), ("Patient", true));
    assert_eq!(write(tree.root(), r4()), format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{text}"));
    let source = &text[resource.span().start as usize..resource.span().end as usize];
    assert!(source.starts_with("<resource>") && source.ends_with("</resource>"), "{source}");
}

#[test]
fn write_follows_the_order_of_the_table_with_unknown_elements_last() {
    let text = from_json(
        r#"{"resourceType":"Patient","odd one":"?","birthDate":"2000","name":[{"given":["a"],"family":"b"}],"id":"p"}"#,
    );
    let expected =
        r#"<id value="p"/><name><family value="b"/><given value="a"/></name><birthDate value="2000"/><odd_one value="?"/>"#;
    assert_eq!(text, patient(expected));
}

#[test]
fn the_order_of_a_document_is_kept_in_the_tree() {
    assert_eq!(names(tree(&patient("<birthDate value=\"2000\"/><id value=\"p\"/>")).root()), ["birthDate", "id"]);
}

#[test]
fn unknown_elements_and_attributes_are_kept_without_a_type() {
    let tree = tree(&patient(
        "<colour shade=\"x\"><deep value=\"1\"/></colour><gender value=\"male\" odd=\"y\"/><name><id value=\"z\"/></name>",
    ));
    let unknown: Vec<_> = tree.root().children().flat_map(Node::children).map(|node| (node.name(), node.type_name())).collect();
    assert_eq!(unknown, [("shade", ""), ("deep", ""), ("odd", ""), ("id", "")]);
}

#[test]
fn white_space_and_hostile_characters_survive_an_attribute() {
    let text = from_json(r#"{"resourceType":"Patient","language":"a\n\t\r<&>\"' é\u0001"}"#);
    assert_eq!(text, patient("<language value=\"a&#10;&#9;&#13;&lt;&amp;&gt;&quot;' é\u{fffd}\"/>"));
    assert_eq!(tree(&text).root().child_value("language"), Some("a\n\t\r<&>\"' é\u{fffd}"));
}

#[test]
fn white_space_as_it_stands_in_an_attribute_becomes_spaces() {
    assert_eq!(tree(&patient("<language value='a\r\nb\tc\nd'/>")).root().child_value("language"), Some("a b c d"));
}

#[test]
fn spans_are_bytes_of_the_source() {
    let text = format!("\u{feff}{}", patient("\n <name id=\"é\"><family value=\"é\"/></name>"));
    let tree = tree(&text);
    let cut = |node: Node<'_>| text[node.span().start as usize..node.span().end as usize].to_owned();
    let name = tree.root().child("name").expect("read");
    assert_eq!(cut(name), "<name id=\"é\"><family value=\"é\"/></name>");
    assert_eq!(cut(name.child("id").expect("read")), "id=\"é\"");
    assert_eq!(cut(name.child("family").expect("read")), "<family value=\"é\"/>");
    assert!(cut(tree.root()).starts_with("<Patient ") && cut(tree.root()).ends_with("</Patient>"));
}

#[test]
fn prefixes_are_only_names_for_namespaces() {
    let text = "<f:Patient xmlns:f=\"http://hl7.org/fhir\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\"><f:id value=\"p\"/></f:Patient>";
    assert_eq!(json::write(tree(text).root()), r#"{"resourceType":"Patient","id":"p"}"#);
}

#[test]
fn what_is_no_resource_is_refused() {
    for (text, message) in [
        ("<Patient/>", "`Patient` is in no namespace, expected `http://hl7.org/fhir`"),
        ("<Patient xmlns=\"urn:x\"/>", "`Patient` is in the namespace `urn:x`, expected `http://hl7.org/fhir`"),
        (
            "<html xmlns=\"http://www.w3.org/1999/xhtml\"/>",
            "`html` is in the namespace `http://www.w3.org/1999/xhtml`, expected `http://hl7.org/fhir`",
        ),
        ("<Patience xmlns=\"http://hl7.org/fhir\"/>", "no resource: FHIR has no resource type `Patience`"),
        ("<HumanName xmlns=\"http://hl7.org/fhir\"/>", "no resource: FHIR has no resource type `HumanName`"),
        ("", "no resource: the text has no element"),
        ("{}", "text between elements: FHIR writes a value as the attribute `value`"),
        ("<Patient xmlns=\"http://hl7.org/fhir\">", "the text ends before `Patient` is closed"),
        (
            "<Patient xmlns=\"http://hl7.org/fhir\"/><Group xmlns=\"http://hl7.org/fhir\"/>",
            "a second resource, `Group`: a document holds one",
        ),
        ("<!DOCTYPE x [<!ENTITY a \"b\">]><Patient xmlns=\"http://hl7.org/fhir\"/>", "a document type: FHIR allows none"),
        (
            "<?xml version=\"1.0\" encoding=\"latin1\"?><Patient xmlns=\"http://hl7.org/fhir\"/>",
            "the encoding is `latin1`, expected `UTF-8`",
        ),
    ] {
        assert_eq!(refusal(text), message, "{text}");
    }
}

#[test]
fn what_has_no_place_in_a_resource_is_refused() {
    for (content, message) in [
        ("<gender>male</gender>", "text between elements: FHIR writes a value as the attribute `value`"),
        ("<gender value=\"&nbsp;\"/>", "the entity `&nbsp;`: FHIR knows only those of XML itself"),
        ("<gender value=\"&#0;\"/>", "the entity `&#0;`: FHIR knows only those of XML itself"),
        ("<gender value=\"<\"/>", "no well-formed XML: `<` in an attribute: write it as `&lt;`"),
        ("<gender value=\"&\"/>", "no well-formed XML: `&` alone: write it as `&amp;`"),
        ("<x:gender xmlns:x=\"urn:x\" value=\"male\"/>", "`gender` is in the namespace `urn:x`, expected `http://hl7.org/fhir`"),
        ("<x:gender value=\"male\"/>", "no well-formed XML: the prefix `x` has no namespace"),
        ("<gender x:value=\"male\"/>", "no well-formed XML: the prefix `x` has no namespace"),
        ("<gender 1x=\"male\"/>", "no well-formed XML: `1x` is no name"),
        ("<gender value=\"\u{1}\"/>", "no well-formed XML: the character `\\u{1}`"),
        ("<?xml version=\"1.0\"?>", "no well-formed XML: a declaration that does not come first"),
        ("<contained><Group/><Group/></contained>", "a second resource, `Group`, in one element"),
        (
            "<text><div xmlns=\"http://www.w3.org/1999/xhtml\">&nbsp;</div></text>",
            "the entity `&nbsp;`: FHIR knows only those of XML itself",
        ),
    ] {
        assert_eq!(refusal(&patient(content)), message, "{content}");
    }
    for content in ["<gender value=\"a\" value=\"b\"/>", "<gender value=a/>", "<gender></name>", "<gender"] {
        assert!(refusal(&patient(content)).starts_with("no well-formed XML: "), "{content}");
    }
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    assert_eq!(refusal(&patient(&"<x>".repeat(1_000_000))), "elements nested deeper than 64");
    let deep = format!("<text><div xmlns=\"http://www.w3.org/1999/xhtml\">{}", "<p>".repeat(1_000_000));
    assert_eq!(refusal(&patient(&deep)), "a narrative nested deeper than 256");
}
