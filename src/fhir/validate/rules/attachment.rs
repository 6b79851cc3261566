//! Attachments: a size that is that of the data, a type that is one, something to
//! look at.

use super::primitive::base64_length;
use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, codes};

codes! {
    /// The size is not that of the data.
    SIZE "attachment-size-wrong" "structure" Some("TYPE_SPECIFIC_CHECKS_DT_ATT_SIZE_CORRECT");
        en "the attachment says it has {expected} bytes, its data has {found}", "write the number of bytes before they are encoded";
        nl "de bijlage zegt {expected} bytes te hebben, de gegevens zijn er {found}", "schrijf het aantal bytes van voor de codering";
    /// The type is no MIME type.
    TYPE "content-type-wrong" "code-invalid" None;
        en "`{found}` is no MIME type", "write a type and a subtype: `application/pdf`";
        nl "`{found}` is geen MIME-type", "schrijf een type en een subtype: `application/pdf`";
    /// Neither data nor an address.
    EMPTY "attachment-without-content" "structure" Some("TYPE_SPECIFIC_CHECKS_DT_ATT_NO_CONTENT");
        en "the attachment has no data and no url, and does not say what it would be", "add `data` or `url`, or at least `contentType` or `language`";
        nl "de bijlage heeft geen gegevens en geen url, en zegt niet wat het zou zijn", "voeg `data` of `url` toe, of ten minste `contentType` of `language`";
}

/// Whether an attachment, or a Binary, says of itself what it is.
pub(crate) fn check(node: Node<'_>, issues: &mut Issues) {
    let is_attachment = node.type_name() == "Attachment";
    if !is_attachment && node.type_name() != "Binary" {
        return;
    }
    let written = node.child("contentType").and_then(|found| Some((found, found.value()?)));
    if let Some((found, text)) = written.filter(|(_, text)| !text.trim().is_empty() && !is_mime_type(text)) {
        issues.push(Issue::error(&TYPE, found).with("found", text));
    }
    if !is_attachment {
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

/// RFC 2045, 5.1: a type, a subtype, and parameters that nobody looks at here.
fn is_mime_type(text: &str) -> bool {
    let is_token = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&byte))
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    essence.split_once('/').is_some_and(|(of, subtype)| is_token(of) && is_token(subtype))
}
