//! Narratives.

use super::of_patient;

/// What is said of a narrative with this inside, of a resource in no language.
fn inside(markup: &str) -> Vec<&'static str> {
    whole(&format!("<div xmlns='http://www.w3.org/1999/xhtml'>{markup}</div>"), "")
}

fn whole(div: &str, elements: &str) -> Vec<&'static str> {
    of_patient(&format!("{elements}\"text\":{{\"status\":\"generated\",\"div\":\"{div}\"}}"))
}

#[test]
fn a_narrative_is_well_formed_xhtml_in_a_div() {
    assert!(inside("<p>a &amp; b &#233;</p>").is_empty());
    assert_eq!(inside("<p>unclosed"), ["narrative-unreadable"]);
    assert_eq!(inside("a &reg; b"), ["narrative-unreadable"]);
    assert_eq!(whole("text", ""), ["narrative-unreadable"]);
    assert_eq!(whole("<div>a</div>", ""), ["narrative-namespace"]);
    assert_eq!(whole("<h:div>a</h:div>", ""), ["narrative-namespace"]);
    assert!(whole("<h:div xmlns:h='http://www.w3.org/1999/xhtml'>a</h:div>", "").is_empty());
    assert_eq!(whole("<p xmlns='http://www.w3.org/1999/xhtml'>a</p>", ""), ["narrative-not-a-div"]);
}

#[test]
fn a_narrative_has_basic_formatting_and_nothing_that_runs() {
    assert_eq!(inside("<script>x()</script>"), ["narrative-element"]);
    assert_eq!(inside("<p onclick='x()'>a</p>"), ["narrative-attribute"]);
    assert_eq!(inside("<a href='javascript:x()'>a</a>"), ["narrative-active"]);
    assert!(inside("<a href='http://x.nl/javascript'>a</a>").is_empty());
    assert_eq!(inside("<p><div>a</div></p>"), ["narrative-misplaced"]);
    assert!(inside("<div><p>a</p></div>").is_empty());
    assert_eq!(inside("<u>a</u>"), ["narrative-element"]);
    assert_eq!(inside("<ol type='a'><li>a</li></ol>"), ["narrative-outdated"]);
}

#[test]
fn a_link_into_the_narrative_leads_somewhere() {
    assert_eq!(inside("<a href='#b'>a</a>"), ["narrative-link-lost"]);
    assert!(inside("<a href='#b'>a</a><p id='b'>b</p>").is_empty());
    assert!(inside("<a href='#b'>a</a><a name='b'>b</a>").is_empty());
    assert!(inside("<a href='#'>a</a>").is_empty());
    assert_eq!(inside("<a href='a b'>a</a>"), ["narrative-link-wrong"]);
    assert!(inside("<a href='a%20b'>a</a>").is_empty());
    assert!(inside("<img src='data: image/png;base64,AAAA' alt='x'/>").is_empty());
    assert_eq!(inside("<img src='#p' alt='x'/>"), ["narrative-link-lost"]);
    let div = "<div xmlns='http://www.w3.org/1999/xhtml'><a href='#n'>a</a></div>";
    assert!(whole(div, "\"name\":[{\"id\":\"n\",\"text\":\"x\"}],").is_empty());
}

#[test]
fn a_narrative_is_in_the_language_of_its_resource() {
    let div = |attributes: &str| {
        whole(&format!("<div xmlns='http://www.w3.org/1999/xhtml' {attributes}>a</div>"), "\"language\":\"nl\",")
    };
    assert!(div("lang='nl' xml:lang='nl'").is_empty());
    assert_eq!(div("lang='nl'"), ["narrative-without-language"]);
    assert_eq!(div("lang='en' xml:lang='en'"), ["narrative-other-language"]);
}

#[test]
fn a_narrative_in_xml_may_have_its_namespace_from_further_out() {
    let text = "<Patient xmlns='http://hl7.org/fhir' xmlns:h='http://www.w3.org/1999/xhtml'><text><status value='generated'/>\
        <h:div><h:p>a</h:p></h:div></text></Patient>";
    assert!(super::said(text).is_empty(), "{:?}", super::said(text));
    assert_eq!(super::said(&text.replace("h:p>", "h:blink>"))[0].0, "narrative-element");
}
