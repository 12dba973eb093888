//! Who, what, when: the information dictionary, the same in XMP, and the file's identity.
//!
//! The one rule: dates are those of what it shows, ids are hashes of the content.

use lopdf::{Dictionary, Object, StringFormat, dictionary};
use sha2::{Digest as _, Sha256};

use crate::story::Particulars;

/// What made the file.
const PRODUCER: &str = "Sharepact";

/// The information dictionary and the XMP packet.
pub(super) fn of(particulars: &Particulars) -> (Dictionary, String) {
    let Particulars {
        title,
        kind,
        id,
        version,
        ..
    } = particulars;
    let subject = format!("{kind} {id}, version {version}");
    let created = particulars.created.to_chrono();
    let changed = particulars.changed.to_chrono();
    let short = "D:%Y%m%d%H%M%S+00'00'";
    let info = dictionary! {
        "Title" => text(title),
        "Subject" => text(&subject),
        "Creator" => text(PRODUCER),
        "Producer" => text(PRODUCER),
        "CreationDate" => Object::string_literal(created.format(short).to_string()),
        "ModDate" => Object::string_literal(changed.format(short).to_string()),
    };
    let long = "%Y-%m-%dT%H:%M:%S+00:00";
    let packet = format!(
        r#"<?xpacket begin="{bom}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:language><rdf:Bag><rdf:li>en</rdf:li></rdf:Bag></dc:language>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>{PRODUCER}</xmp:CreatorTool>
<xmp:CreateDate>{created}</xmp:CreateDate>
<xmp:ModifyDate>{changed}</xmp:ModifyDate>
<pdf:Producer>{PRODUCER}</pdf:Producer>
<xmpMM:DocumentID>uuid:{id}</xmpMM:DocumentID>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"#,
        bom = '\u{feff}',
        title = escaped(title),
        subject = escaped(&subject),
        created = created.format(long),
        changed = changed.format(long),
    );
    (info, packet)
}

/// The ids of the document and of this state of it.
pub(super) fn identity(particulars: &Particulars) -> (Vec<u8>, Vec<u8>) {
    let short = |hash: Sha256| hash.finalize().iter().take(16).copied().collect();
    let document = Sha256::new().chain_update(&particulars.id);
    let mut state = document
        .clone()
        .chain_update(particulars.head.bytes())
        .chain_update(particulars.status)
        .chain_update(particulars.platform_terms.bytes());
    for part in [
        particulars.terms.map(|terms| terms.to_string()),
        particulars.watermark.clone(),
    ] {
        // A part that is missing is not a part that is empty.
        state.update([u8::from(part.is_some())]);
        state.update(part.unwrap_or_default());
    }
    (short(document), short(state))
}

/// A text that is no part of a page.
pub(super) fn text(text: &str) -> Object {
    if text.is_ascii() {
        return Object::string_literal(text);
    }
    let units = text.encode_utf16().flat_map(u16::to_be_bytes);
    let bytes = [0xfe, 0xff].into_iter().chain(units).collect();
    Object::String(bytes, StringFormat::Hexadecimal)
}

/// Text for XML, without the characters that XML cannot hold.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
}
