//! Hostile and odd packages: a clear error each, and no file written anywhere.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

use super::{Package, PackageError, cache};

const MANIFEST: &[u8] =
    br#"{"name":"one","version":"1.0.0","dependencies":{"two":"2.0.0","@types/x":"1"},"fhirVersions":["4.0.1"]}"#;

/// A file that goes when the test does.
struct Archive(PathBuf);

impl Archive {
    fn of(name: &str, parts: &[(&str, &[u8])]) -> Self {
        let parts: Vec<(Vec<u8>, EntryType, &[u8])> =
            parts.iter().map(|(path, text)| (path.as_bytes().to_vec(), EntryType::Regular, *text)).collect();
        Self::raw(name, &tar(&parts))
    }

    fn raw(name: &str, unpacked: &[u8]) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(unpacked).expect("memory can be written");
        Self::bytes(name, &encoder.finish().expect("memory can be written"))
    }

    fn bytes(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("toets-package-{name}-{}.tgz", std::process::id()));
        fs::write(&path, bytes).expect("a temporary file can be written");
        Self(path)
    }

    fn open(&self) -> Result<Package, PackageError> {
        Package::open(&self.0)
    }

    /// The message without the path, which differs from run to run.
    fn error(&self) -> String {
        let error = self.open().expect_err("hostile");
        error.to_string().replace(&self.0.display().to_string(), "one.tgz")
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Names are written as they are: the crate would refuse the hostile ones.
fn tar(parts: &[(Vec<u8>, EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (path, kind, text) in parts {
        let mut header = Header::new_ustar();
        let length = path.len().min(100);
        header.as_old_mut().name[..length].copy_from_slice(&path[..length]);
        header.set_entry_type(*kind);
        header.set_size(text.len() as u64);
        header.set_cksum();
        builder.append(&header, *text).expect("memory can be written");
    }
    builder.into_inner().expect("memory can be written")
}

#[test]
fn a_package_is_indexed_by_what_its_resources_say_at_their_top() {
    let profile = br#"{"resourceType":"StructureDefinition","text":{"url":"no"},"url":"http:\/\/a.b\/c","version":"1","kind":"resource","type":"Consent"}"#;
    let archive = Archive::of(
        "good",
        &[
            ("package/package.json", MANIFEST),
            ("package/profile.json", profile),
            ("package/example/other.json", b"{}"),
            ("package/.index.json", b"not read"),
            ("package/no-resource.json", b"{\"a\":[1,{\"b\":\"]\"}]}"),
        ],
    );
    let package = archive.open().expect("a good package");
    assert_eq!(package.manifest().dependencies, [("two".to_owned(), "2.0.0".to_owned())]);
    let [entry] = package.entries() else { panic!("one resource: {:?}", package.entries()) };
    assert_eq!((&*entry.url, &*entry.type_name), ("http://a.b/c", "Consent"));
    assert_eq!(*package.text(0).expect("it is held"), *profile);
    assert!(package.digest().is_some_and(|digest| digest.starts_with("sha256:")));
}

#[test]
fn a_name_that_leads_out_of_the_package_is_refused() {
    for name in ["../up.json", "package/../../up.json", "/etc/x.json", "C:\\x.json", "package\\x.json"] {
        let archive = Archive::of("path", &[("package/package.json", MANIFEST), (name, b"{}")]);
        assert_eq!(archive.error(), format!("one.tgz: holds `{name}`, which leads out of the package"));
    }
}

#[test]
fn a_long_name_that_leads_out_of_the_package_is_refused() {
    let long = format!("package/{}/../../../x.json", "a".repeat(120));
    let parts = [
        (b"././@LongLink".to_vec(), EntryType::GNULongName, long.as_bytes()),
        (b"package/short.json".to_vec(), EntryType::Regular, b"{}".as_slice()),
    ];
    let archive = Archive::raw("long", &tar(&parts));
    assert!(archive.error().ends_with("leads out of the package"), "{}", archive.error());
}

#[test]
fn a_link_is_refused() {
    let archive = Archive::raw("link", &tar(&[(b"package/x.json".to_vec(), EntryType::Symlink, b"".as_slice())]));
    assert_eq!(archive.error(), "one.tgz: holds `package/x.json`, which is no file and no folder");
}

#[test]
fn a_file_that_stands_in_it_twice_is_refused() {
    let archive =
        Archive::of("twice", &[("package/package.json", MANIFEST), ("package/a.json", b"{}"), ("package/a.json", b"{}")]);
    assert_eq!(archive.error(), "one.tgz: holds `a.json`, which stands in it twice");
}

#[test]
fn a_size_that_is_a_lie_is_an_error_and_not_memory() {
    for size in [u64::from(u32::MAX) * 2, 65 << 20] {
        let mut header = Header::new_ustar();
        header.set_path("package/huge.json").expect("a plain path");
        header.set_size(size);
        header.set_cksum();
        let archive = Archive::raw("lie", header.as_bytes());
        assert!(matches!(archive.open(), Err(PackageError::TooLarge { .. })), "{size}");
    }
}

#[test]
fn a_bomb_stops_at_its_bound() {
    let mut header = Header::new_ustar();
    header.set_path("package/zeros.bin").expect("a plain path");
    header.set_size(2 << 30);
    header.set_cksum();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(header.as_bytes()).expect("memory can be written");
    encoder.write_all(&vec![0; 8 << 20]).expect("memory can be written");
    let archive = Archive::bytes("bomb", &encoder.finish().expect("memory can be written"));
    assert_eq!(archive.error(), "one.tgz: what it unpacks to is more than 1024 MiB");
}

#[test]
fn broken_json_names_its_file_and_place() {
    let archive = Archive::of("json", &[("package/package.json", MANIFEST), ("package/a.json", br#"{"a":[1,2}"#)]);
    assert_eq!(archive.error(), "one.tgz: `a.json`: is no JSON resource: a bracket that was not opened (byte 9)");
}

#[test]
fn another_encoding_than_utf8_names_its_file_and_place() {
    let latin = b"{\"resourceType\":\"CodeSystem\",\"url\":\"caf\xe9\"}";
    let archive = Archive::of("latin", &[("package/package.json", MANIFEST), ("package/a.json", latin)]);
    assert_eq!(archive.error(), "one.tgz: `a.json`: byte 39 is no UTF-8");
}

#[test]
fn what_is_no_archive_is_told_so() {
    assert!(Archive::bytes("plain", b"just text").error().starts_with("one.tgz: is no sound package archive: "));
    assert!(matches!(Archive::bytes("empty", b"").open(), Err(PackageError::Archive { .. })));
}

#[test]
fn an_archive_that_is_cut_off_is_told_so() {
    let whole = tar(&[(b"package/package.json".to_vec(), EntryType::Regular, MANIFEST)]);
    let archive = Archive::raw("cut", &whole[..550]);
    assert!(matches!(archive.open(), Err(PackageError::Archive { .. })));
}

#[test]
fn a_manifest_whose_name_could_be_a_path_is_refused() {
    let archive = Archive::of("manifest", &[("package/package.json", br#"{"name":"../x","version":"1"}"#)]);
    assert_eq!(archive.error(), "one.tgz: `package.json` has no `name` that can be used");
}

#[test]
fn any_text_at_all_is_skimmed_without_panic() {
    let good = br#"{"resourceType":"X","a":[{"b":"\"]"},1.5],"c":"\u00e9"}"#;
    for cut in 0..good.len() {
        for byte in [b'"', b'\\', b'{', b'}', b'[', b',', 0xff] {
            let mut text = good[..cut].to_vec();
            text.push(byte);
            text.extend(&good[cut + 1..]);
            let _ = super::skim::strings(&text);
            let _ = super::skim::strings(&text[..=cut]);
        }
    }
}

#[test]
fn cache_named_tells_id_and_version_of_both_forms() {
    assert_eq!(cache::named("hl7.fhir.r4.core#4.0.1"), Some(("hl7.fhir.r4.core", "4.0.1")));
    assert_eq!(cache::named("iknl.fhir.r4.pzp-1.0.0-rc2-approx.tgz"), Some(("iknl.fhir.r4.pzp", "1.0.0-rc2-approx")));
    assert_eq!(cache::named("some-id-0.1.0-beta.2.tgz"), Some(("some-id", "0.1.0-beta.2")));
    assert_eq!(cache::named("packages.ini"), None);
}

#[test]
fn cache_add_keeps_a_package_with_its_digest() {
    let folder = std::env::temp_dir().join(format!("toets-cache-{}", std::process::id()));
    let archive = Archive::of("add", &[("package/package.json", MANIFEST)]);
    let package = cache::add(&archive.0, &folder, false).expect("a sound package");
    let locked = cache::locked(&folder).expect("the lock file was written");
    assert_eq!(locked.get("one-1.0.0.tgz").map(String::as_str), package.digest());
    assert_eq!(cache::list(&folder).expect("the folder is there"), [folder.join("one-1.0.0.tgz")]);
    fs::remove_dir_all(&folder).expect("the folder can go");
}
