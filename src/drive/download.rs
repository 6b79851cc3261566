//! Fetching one file: a package from a registry. Redirects are followed a few
//! times, and never to plain http from https; size and time are bounded.

use std::time::Duration;

use tokio::time::timeout;
use url::Url;

use super::client::ClientError;
use super::connect::{Tls, connections};

/// Most bytes of one file.
const MAX_BYTES: usize = 256 << 20;
const MAX_REDIRECTS: usize = 5;
const CONNECT: Duration = Duration::from_secs(10);
/// Longest wait for the head of an answer, and for each next piece of the file.
const SILENCE: Duration = Duration::from_secs(30);
/// Longest for the whole file.
const WHOLE: Duration = Duration::from_secs(600);

/// Why a file could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The address is none that can be asked.
    #[error("`{address}` is no http or https address")]
    Address {
        /// What was named.
        address: String,
    },
    /// Connections cannot be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// It was answered with something else than the file.
    #[error("`{address}` answers with status {status}")]
    Status {
        /// Who was asked.
        address: String,
        /// What it answered.
        status: u16,
    },
    /// It leads elsewhere too often, or to where we do not go.
    #[error("`{address}` leads on to `{to}`, which is not followed")]
    Redirect {
        /// Who was asked.
        address: String,
        /// Where it leads.
        to: String,
    },
    /// The connection broke, or nothing came for too long.
    #[error("`{address}` could not be fetched: {message}")]
    Broken {
        /// Who was asked.
        address: String,
        /// What happened.
        message: String,
    },
    /// The file is larger than anybody needs.
    #[error("what `{address}` sends is larger than {} MB", MAX_BYTES >> 20)]
    TooLarge {
        /// Who was asked.
        address: String,
    },
}

/// Fetches a file. `progress` is told how many bytes are here, and how many there will be.
///
/// # Errors
/// When it cannot be had whole, in time and within its bound.
pub async fn download(
    address: &str,
    tls: &Tls,
    progress: &mut (dyn FnMut(usize, Option<u64>) + Send),
) -> Result<Vec<u8>, DownloadError> {
    let broken = |message: String| DownloadError::Broken { address: address.to_owned(), message };
    let late = || broken(format!("not here within {} s", WHOLE.as_secs()));
    timeout(WHOLE, fetch(address, tls, progress)).await.map_err(|_| late())?
}

async fn fetch(
    address: &str,
    tls: &Tls,
    progress: &mut (dyn FnMut(usize, Option<u64>) + Send),
) -> Result<Vec<u8>, DownloadError> {
    let broken = |message: String| DownloadError::Broken { address: address.to_owned(), message };
    let mut response = answer(address, tls).await?;
    let too_large = || DownloadError::TooLarge { address: address.to_owned() };
    let announced = response.content_length();
    if announced.is_some_and(|announced| announced > MAX_BYTES as u64) {
        return Err(too_large());
    }
    let mut file = Vec::new();
    loop {
        let piece = timeout(SILENCE, response.chunk()).await.map_err(|_| broken("it fell silent".to_owned()))?;
        let Some(piece) = piece.map_err(|error| broken(error.to_string()))? else { return Ok(file) };
        if file.len() + piece.len() > MAX_BYTES {
            return Err(too_large());
        }
        file.extend_from_slice(&piece);
        progress(file.len(), announced);
    }
}

/// The answer that has the file, behind redirects.
async fn answer(address: &str, tls: &Tls) -> Result<reqwest::Response, DownloadError> {
    let broken = |message: String| DownloadError::Broken { address: address.to_owned(), message };
    let mut url = parsed(address).ok_or_else(|| DownloadError::Address { address: address.to_owned() })?;
    for _ in 0..=MAX_REDIRECTS {
        let http = connections(&url, CONNECT, tls)?;
        let response = timeout(SILENCE, http.get(url.clone()).send()).await;
        let response = response.map_err(|_| broken("no answer".to_owned()))?.map_err(|error| broken(error.to_string()))?;
        let status = response.status().as_u16();
        if status == 200 {
            return Ok(response);
        }
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        let Some(location) = location.filter(|_| (300..400).contains(&status)) else {
            return Err(DownloadError::Status { address: url.to_string(), status });
        };
        let refused = || DownloadError::Redirect { address: url.to_string(), to: location.to_owned() };
        let next = url.join(location).ok().and_then(|next| parsed(next.as_str())).ok_or_else(refused)?;
        if url.scheme() == "https" && next.scheme() != "https" {
            return Err(refused());
        }
        url = next;
    }
    Err(DownloadError::Redirect { address: address.to_owned(), to: url.to_string() })
}

fn parsed(address: &str) -> Option<Url> {
    Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}
