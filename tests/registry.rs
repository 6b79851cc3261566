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
    let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
    command.env("TOETS_CACHE", "none");
    command.args(["packages", "add", package, "--registry", registry, "--cache"]).arg(folder);
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
