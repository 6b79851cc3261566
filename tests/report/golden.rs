//! Golden files: plain files that are made again with `TOETS_BLESS=1`.

use std::fs;
use std::path::Path;

/// Holds a text against a file of `tests/golden/report/`.
#[track_caller]
pub(crate) fn hold(name: &str, text: &str) {
    hold_at(&format!("tests/golden/report/{name}"), text);
}

/// Holds a text against a file of the project.
#[track_caller]
pub(crate) fn hold_at(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("TOETS_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(&path, text).expect("the file can be written");
        return;
    }
    let golden = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if golden != text {
        let line = golden
            .lines()
            .zip(text.lines())
            .position(|(a, b)| a != b)
            .unwrap_or(golden.lines().count().min(text.lines().count()));
        let (was, is) = (golden.lines().nth(line).unwrap_or_default(), text.lines().nth(line).unwrap_or_default());
        panic!("`{name}` differs from line {}\n  golden: {was}\n  now:    {is}\nTOETS_BLESS=1 makes it again", line + 1);
    }
}
