//! Attachments: a size that is that of the data, something to look at. Their types
//! and languages are bound.

use super::primitive::base64_length;
use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, codes};

codes! {
    /// The size is not that of the data.
    SIZE "attachment-size-wrong" "structure" Some("TYPE_SPECIFIC_CHECKS_DT_ATT_SIZE_CORRECT");
        en "the attachment says it has {expected} bytes, its data has {found}", "write the number of bytes before they are encoded";
        nl "de bijlage zegt {expected} bytes te hebben, de gegevens zijn er {found}", "schrijf het aantal bytes van voor de codering";
    /// Neither data nor an address.
    EMPTY "attachment-without-content" "structure" Some("TYPE_SPECIFIC_CHECKS_DT_ATT_NO_CONTENT");
        en "the attachment has no data and no url, and does not say what it would be", "add `data` or `url`, or at least `contentType` or `language`";
        nl "de bijlage heeft geen gegevens en geen url, en zegt niet wat het zou zijn", "voeg `data` of `url` toe, of ten minste `contentType` of `language`";
}

/// Whether an attachment says of itself what it is.
pub(crate) fn check(node: Node<'_>, issues: &mut Issues) {
    if node.type_name() != "Attachment" {
        return;
    }
    let size = node.child_value("size").and_then(|size| size.parse::<usize>().ok());
    if let (Some(size), Some(length)) = (size, node.child_value("data").and_then(base64_length))
        && size != length
    {
        issues.push(Issue::error(&SIZE, node).with("expected", size.to_string()).with("found", length.to_string()));
    }
    if ["data", "url", "contentType", "language"].iter().all(|name| node.child(name).is_none()) {
        issues.push(Issue::warning(&EMPTY, node));
    }
}
