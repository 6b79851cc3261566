//! `toets packages add id#version` against a registry on this machine.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flate2::Compression;
use flate2::write::GzEncoder;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A folder that goes when the test does.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("toets-registry-{name}-{}", std::process::id())))
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn archive(manifest: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_size(manifest.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, "package/package.json", manifest.as_bytes()).expect("memory can be written");
    let mut encoder = tar.into_inner().expect("memory can be written");
    encoder.flush().expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

async fn registry(body: Vec<u8>) -> MockServer {
    let server = MockServer::start().await;
    let to = format!("{}/file/one.tgz", server.uri());
    Mock::given(method("GET"))
        .and(path("/one/1.0.0"))
        .respond_with(ResponseTemplate::new(302).insert_header("location", to.as_str()))
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path("/file/one.tgz"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(body))
        .mount(&server)
        .await;
    server
}

async fn add(package: &str, registry: &str, folder: &Path) -> Output {
    add_with(&[], package, registry, folder).await
}

async fn add_with(options: &[&str], package: &str, registry: &str, folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
    command.env("TOETS_CACHE", "none");
    command.args(["packages", "add", package, "--registry", registry, "--cache"]).arg(folder).args(options);
    tokio::task::spawn_blocking(move || command.output().expect("the program starts")).await.expect("it ends")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_add_fetches_by_name_follows_redirects_and_notes_the_digest() {
    let folder = Folder::new("whole");
    let server = registry(archive(r#"{"name":"one","version":"1.0.0","fhirVersions":["4.0.1"]}"#)).await;
    let output = add("one#1.0.0", &server.uri(), &folder.0).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(folder.names(), [".toets", "one-1.0.0.tgz", "toets.lock"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_add_keeps_nothing_when_the_registry_sends_another_package() {
    let folder = Folder::new("other");
    let server = registry(archive(r#"{"name":"two","version":"1.0.0"}"#)).await;
    let output = add("one#1.0.0", &server.uri(), &folder.0).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("the registry sent `two#1.0.0` for `one#1.0.0`"), "{}", said(&output));
    assert!(folder.names().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_add_says_what_a_registry_answers_that_does_not_have_it() {
    let folder = Folder::new("missing");
    let server = registry(Vec::new()).await;
    let output = add("one#2.0.0", &server.uri(), &folder.0).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("answers with status 404"), "{}", said(&output));
}

/// A registry with these packages, each by `id/version`, and the versions of each by its id.
async fn registry_of(manifests: &[(&str, &str, &str)]) -> MockServer {
    let server = MockServer::start().await;
    for (id, version, dependencies) in manifests {
        let manifest =
            format!(r#"{{"name":"{id}","version":"{version}","fhirVersions":["4.0.1"],"dependencies":{dependencies}}}"#);
        let body = ResponseTemplate::new(200).set_body_bytes(archive(&manifest));
        Mock::given(method("GET")).and(path(format!("/{id}/{version}"))).respond_with(body).mount(&server).await;
        let own = manifests.iter().filter(|(name, ..)| name == id).map(|(_, version, _)| format!(r#""{version}":{{}}"#));
        let listing = format!(r#"{{"name":"{id}","versions":{{{}}}}}"#, own.collect::<Vec<_>>().join(","));
        Mock::given(method("GET"))
            .and(path(format!("/{id}")))
            .respond_with(ResponseTemplate::new(200).set_body_string(listing))
            .mount(&server)
            .await;
    }
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_add_fetches_what_it_stands_on_when_told_to() {
    let folder = Folder::new("deep");
    // A ring, a range, what is built in, and the newest within the range is not the newest of all.
    let server = registry_of(&[
        ("one", "1.0.0", r#"{"two":"^1.0.0","hl7.fhir.r4.core":"4.0.1"}"#),
        ("two", "1.2.0", r#"{"three":"0.1.0"}"#),
        ("two", "1.10.0", r#"{"three":"0.1.0"}"#),
        ("two", "2.0.0", "{}"),
        ("three", "0.1.0", r#"{"one":"1.0.0"}"#),
    ])
    .await;
    let output = add_with(&[], "one#1.0.0", &server.uri(), &folder.0).await;
    assert!(said(&output).contains("it stands on what is not here: two#^1.0.0"), "{}", said(&output));
    let output = add_with(&["--with-dependencies"], "one#1.0.0", &server.uri(), &folder.0).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let names: Vec<String> = folder.names().into_iter().filter(|name| name.ends_with(".tgz")).collect();
    assert_eq!(names, ["one-1.0.0.tgz", "three-0.1.0.tgz", "two-1.10.0.tgz"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_add_keeps_what_came_and_names_what_did_not() {
    let folder = Folder::new("part");
    let server = registry_of(&[
        ("one", "1.0.0", r#"{"two":"1.0.0","gone":"1.0.0","far":"^9.0.0","odd":"latest"}"#),
        ("two", "1.0.0", "{}"),
        ("far", "1.0.0", "{}"),
        ("odd", "1.0.0", "{}"),
    ])
    .await;
    let output = add_with(&["--with-dependencies"], "one#1.0.0", &server.uri(), &folder.0).await;
    assert_eq!(output.status.code(), Some(2));
    let told = said(&output);
    assert!(told.contains("gone#1.0.0, on which one#1.0.0 stands: ") && told.contains("status 404"), "{told}");
    assert!(
        told.contains("no version of `far` within `^9.0.0`") && told.contains("no version of `odd` within `latest`"),
        "{told}"
    );
    assert!(folder.names().contains(&"two-1.0.0.tgz".to_owned()), "{told}");
}
