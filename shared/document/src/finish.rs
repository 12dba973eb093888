//! The archival part: metadata, outline, structure tree, colour profile, fixed ids.
//!
//! The one rule: what makes the file PDF/A-2b and tagged is added here and nowhere else, and
//! everything in it comes from the content.

mod metadata;
mod outline;
mod structure;

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::{Dictionary, Document, Object, ObjectId, SaveOptions, Stream, dictionary};

use crate::RenderError;
use crate::paint::{Drawing, Embedded};
use crate::story::Particulars;

/// How hard streams are compressed: level 9 saves 1 % and takes twice as long.
const LEVEL: u32 = 6;
/// The colour profile that the greys of the document are measured by.
const PROFILE: &[u8] = include_bytes!("../profile/grey.icc");

/// Finishes a drawing.
pub(crate) fn finish(drawing: Drawing, particulars: &Particulars) -> Result<Vec<u8>, RenderError> {
    let Drawing {
        mut file,
        tree,
        outline,
        faces,
        marks,
    } = drawing;
    "1.7".clone_into(&mut file.version);
    let pages: Vec<ObjectId> = file.get_pages().into_values().collect();
    for page in &pages {
        for content in file.get_page_contents(*page) {
            let stream = file
                .get_object_mut(content)
                .and_then(Object::as_stream_mut)?;
            stream.set_content(joined(&stream.content));
        }
    }
    for face in &faces {
        renumber(&mut file, face)?;
    }
    let root = catalog(&file)?;
    let structure = structure::add(&mut file, &tree, &pages, &marks)?;
    let outlines = outline::add(&mut file, &outline, &pages);
    let (info, packet) = metadata::of(particulars);
    let mut stream = Stream::new(
        dictionary! { "Type" => "Metadata", "Subtype" => "XML" },
        packet.into_bytes(),
    );
    // A reader that knows no PDF must find it.
    stream.allows_compression = false;
    let metadata = file.add_object(stream);
    let profile = file.add_object(Stream::new(dictionary! { "N" => 1 }, PROFILE.to_vec()));
    let intent = dictionary! {
        "Type" => "OutputIntent",
        "S" => "GTS_PDFA1",
        "OutputConditionIdentifier" => Object::string_literal("Grey, gamma 2.2"),
        "Info" => Object::string_literal("Grey, gamma 2.2"),
        "DestOutputProfile" => profile,
    };
    let catalog = file.get_object_mut(root).and_then(Object::as_dict_mut)?;
    catalog.remove(b"PageLayout");
    catalog.set("MarkInfo", dictionary! { "Marked" => true });
    catalog.set("StructTreeRoot", structure);
    catalog.set("Lang", Object::string_literal("en"));
    catalog.set("Metadata", metadata);
    catalog.set("OutputIntents", vec![Object::Dictionary(intent)]);
    catalog.set(
        "ViewerPreferences",
        dictionary! { "DisplayDocTitle" => true },
    );
    if let Some(outlines) = outlines {
        catalog.set("Outlines", outlines);
        catalog.set("PageMode", "UseOutlines");
    }
    let old = file.trailer.get(b"Info").and_then(Object::as_reference)?;
    file.objects.insert(old, Object::Dictionary(info));
    let (document, instance) = metadata::identity(particulars);
    let id = |bytes: Vec<u8>| Object::String(bytes, lopdf::StringFormat::Hexadecimal);
    file.trailer.set("ID", vec![id(document), id(instance)]);
    write(file)
}

fn catalog(file: &Document) -> Result<ObjectId, RenderError> {
    Ok(file.trailer.get(b"Root").and_then(Object::as_reference)?)
}

/// Gives a face the map from the numbers in the text to its glyphs.
fn renumber(file: &mut Document, face: &Embedded) -> Result<(), RenderError> {
    let map = file.add_object(Stream::new(Dictionary::new(), face.glyphs.clone()));
    let tag = face.face.tag().as_bytes();
    let found = file.objects.values_mut().find_map(|object| {
        let font = object.as_dict_mut().ok()?;
        let base = font.get(b"BaseFont").and_then(Object::as_name).ok()?;
        let ours = base.starts_with(tag) && font.has(b"DescendantFonts");
        ours.then_some(font)
    });
    let Some(font) = found else {
        return Err(RenderError::File {
            reason: format!("the face {} is not in it", face.face.name()),
        });
    };
    let descendants = font.get_mut(b"DescendantFonts")?.as_array_mut()?;
    for descendant in descendants {
        descendant.as_dict_mut()?.set("CIDToGIDMap", map);
    }
    Ok(())
}

/// Joins the glyphs that are shown one right after another: `<0001><0002>` is `<00010002>`. No other
/// text in a page's content has these two characters next to each other.
fn joined(content: &[u8]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(content.len());
    let mut rest = content;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"><") {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        joined.extend_from_slice(before);
        rest = after.get(2..).unwrap_or_default();
    }
    joined.extend_from_slice(rest);
    joined
}

fn write(mut file: Document) -> Result<Vec<u8>, RenderError> {
    for object in file.objects.values_mut() {
        if let Object::Stream(stream) = object
            && stream.allows_compression
            && !stream.dict.has(b"Filter")
        {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(LEVEL));
            encoder.write_all(&stream.content)?;
            let packed = encoder.finish()?;
            stream.dict.set("Filter", "FlateDecode");
            stream.set_content(packed);
        }
    }
    let mut bytes = Vec::with_capacity(128 * 1024);
    let options = SaveOptions::builder()
        .use_object_streams(true)
        .use_xref_streams(true)
        .max_objects_per_stream(200)
        .compression_level(LEVEL)
        .build();
    file.save_with_options(&mut bytes, options)?;
    Ok(bytes)
}
