//! What may stand in a narrative.

use super::*;

fn found(inside: &str) -> Vec<Flaw> {
    let text = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{inside}</div>");
    flaws(&Markup::read(&text).expect("well-formed"))
}

#[test]
fn basic_formatting_is_allowed() {
    let inside = "<h1 class=\"a\">x</h1><table border=\"1\"><tr><td colspan=\"2\">a<br/>b<p>c</p></td></tr></table>\
        <ul><li><ul><li>x</li></ul></li></ul><img src=\"#a\" alt=\"b\"/><a href=\"http://x.nl\">x</a><p xml:lang=\"nl\">&#233;</p>";
    assert_eq!(found(inside), []);
}

#[test]
fn scripts_handlers_and_active_links_are_not() {
    for name in ["script", "u", "style", "ins"] {
        assert_eq!(found(&format!("<{name}>x</{name}>")), [Flaw::Element(name.to_owned())]);
    }
    let bgcolor = Flaw::Attribute { element: "table".to_owned(), name: "bgcolor".to_owned(), is_old: true };
    assert_eq!(found("<table bgcolor=\"red\"><tr><td>x</td></tr></table>"), [bgcolor]);
    let onclick = Flaw::Attribute { element: "p".to_owned(), name: "onclick".to_owned(), is_old: false };
    assert_eq!(found("<p onclick=\"x()\">x</p>"), [onclick]);
    assert_eq!(found("<a href=\"java&#10;Script:x()\">x</a>"), [Flaw::Active("java\nScript:x()".to_owned())]);
    assert_eq!(found("<a href=\"http://x.nl/javascript:x\">x</a>"), []);
    assert_eq!(found("<a href=\"\">x</a>"), [Flaw::Link(String::new())]);
    assert_eq!(found("<a href=\"http://x.nl/a b\">x</a>"), [Flaw::Link("http://x.nl/a b".to_owned())]);
}

#[test]
fn an_element_stands_where_html_has_a_place_for_it() {
    let misplaced = |name: &str, parent: &str| Flaw::Misplaced { name: name.to_owned(), parent: parent.to_owned() };
    assert_eq!(found("<tr><td>x</td></tr>"), [misplaced("tr", "div")]);
    assert_eq!(found("<ul><p>x</p></ul>"), [misplaced("p", "ul")]);
    assert_eq!(found("<p><span><div>x</div></span></p>"), [misplaced("div", "span")]);
    assert_eq!(found("<br>x</br>"), [misplaced("text", "br")]);
    assert_eq!(found("<ul>x<li>y</li></ul>"), [misplaced("text", "ul")]);
    assert_eq!(found("<p><p>x</p></p>"), [misplaced("p", "p")]);
    assert_eq!(found("<h1><p>x</p></h1>"), []);
    assert_eq!(found("<dl><dt>x</dt><dd><p>y</p></dd></dl>"), []);
}

#[test]
fn other_namespaces_and_names_are_told() {
    assert_eq!(found("<b xmlns=\"urn:x\">x</b>"), [Flaw::Namespace("b".to_owned())]);
    let span = Markup::read("<span xmlns=\"http://www.w3.org/1999/xhtml\">x</span>").expect("well-formed");
    assert_eq!(flaws(&span), [Flaw::Name("span".to_owned())]);
    let outer = Markup::read("<h:div>x</h:div>").expect("well-formed");
    assert_eq!((outer.elements[0].space, flaws(&outer)), (Space::Outer, Vec::new()));
}

#[test]
fn html_checks_asks_for_content_and_well_formed_text() {
    let whole = |inside: &str| format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{inside}</div>");
    for right in ["x", "<p>x</p>", "<img src=\"#a\"/>", "&amp;", "&#160;"] {
        assert!(is_narrative(&whole(right)), "{right}");
    }
    for wrong in [
        "",
        " \n",
        "<p> </p>",
        "&#32;",
        "<img alt=\"x\"/>",
        "&nbsp;x",
        "<p>x",
        "<script>x</script>",
        "</div><div>x",
        "<p a=\"1\" a=\"2\">x</p>",
    ] {
        assert!(!is_narrative(&whole(wrong)), "{wrong}");
    }
    for wrong in ["", "x", "<div>x</div>y", "<!DOCTYPE html><div>x</div>"] {
        assert!(Markup::read(wrong).is_err(), "{wrong}");
    }
}
