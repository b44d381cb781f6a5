use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde::Deserialize;

use crate::address::Address;
use crate::arguments::Service;
use crate::failure::Failure;

/// Which torrent2s3 to talk to, and as whom.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) address: Address,
    pub(crate) token: Option<Token>,
    /// What somebody should know about how it is kept.
    pub(crate) warnings: Vec<String>,
}

/// A secret: it is sent to the service, and shown to nobody.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Token(String);

impl Token {
    /// For the body of `POST /session`.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }

    /// The value of an `Authorization` header.
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    url: Option<String>,
    token: Option<Token>,
}

impl Config {
    /// From options and environment (`service`, where clap has let the options win), then the file.
    ///
    /// # Errors
    /// [`crate::failure::Exit::Usage`] when there is no address, or something is wrong with what there is.
    pub(crate) fn read(service: Service) -> Result<Self, Failure> {
        let path = config_path(|name| env::var_os(name).map(PathBuf::from));
        Self::from_parts(service, path.as_deref())
    }

    fn from_parts(service: Service, path: Option<&Path>) -> Result<Self, Failure> {
        let mut warnings = Vec::new();
        let file = match path {
            Some(path) => ConfigFile::read(path, &mut warnings)?,
            None => ConfigFile::default(),
        };
        // An empty variable is none.
        let given = |value: Option<String>| value.filter(|value| !value.trim().is_empty());
        let url = given(service.url)
            .or(file.url)
            .ok_or_else(|| no_address(path))?;
        let address: Address = url.parse()?;
        let token = given(service.token).map(Token).or(file.token);
        let token = token.map(Token::checked).transpose()?;
        if token.is_some() && address.is_open_to_read() {
            warnings.push(format!(
                "your token goes to {address} unencrypted; use https"
            ));
        }
        Ok(Self {
            address,
            token,
            warnings,
        })
    }
}

impl Token {
    /// A header takes visible ASCII only.
    fn checked(self) -> Result<Self, Failure> {
        let token = self.0.trim();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Failure::usage("the token has characters that no token has"));
        }
        Ok(Self(token.to_owned()))
    }
}

impl ConfigFile {
    fn read(path: &Path, warnings: &mut Vec<String>) -> Result<Self, Failure> {
        let wrong = |why: String| Failure::usage(format!("{}: {why}", path.display()));
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(wrong(error.to_string())),
        };
        // The error's own text shows the line, and the token may stand in it.
        let file: Self = toml::from_str(&text).map_err(|error| {
            let line = error
                .span()
                .map_or(1, |span| text[..span.start].lines().count().max(1));
            wrong(format!("line {line}: {}", error.message()))
        })?;
        if file.token.is_some() && others_may_read(path) {
            warnings.push(format!(
                "others can read your token: chmod 600 {}",
                path.display()
            ));
        }
        Ok(file)
    }
}

#[cfg(unix)]
fn others_may_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o044 != 0)
}

#[cfg(not(unix))]
const fn others_may_read(_: &Path) -> bool {
    false
}

/// By the XDG Base Directory specification, in which a relative path counts as none.
fn config_path(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name: &str| variable(name).filter(|path| path.is_absolute());
    let folder = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(folder.join("torrent2s3/config.toml"))
}

fn no_address(path: Option<&Path>) -> Failure {
    let file = path.map(|path| format!(", or put `url = \"…\"` into {}", path.display()));
    let file = file.unwrap_or_default();
    Failure::usage(format!(
        "where is your torrent2s3? Give --url, set TORRENT2S3_URL{file}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(url: Option<&str>, token: Option<&str>) -> Service {
        Service {
            url: url.map(str::to_owned),
            token: token.map(str::to_owned),
        }
    }

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn what_is_given_wins_over_the_file() {
        let (_folder, path) = file("url = \"https://file.example\"\ntoken = \"of-file\"\n");
        let read = |service| Config::from_parts(service, Some(&path)).unwrap();
        let config = read(service(None, None));
        assert_eq!(config.address.to_string(), "https://file.example/");
        assert_eq!(config.token.unwrap().bearer(), "Bearer of-file");
        let config = read(service(Some("https://given.example"), Some("given")));
        assert_eq!(config.address.to_string(), "https://given.example/");
        assert_eq!(config.token.unwrap().bearer(), "Bearer given");
        let config = read(service(Some(""), Some(" ")));
        assert_eq!(config.address.to_string(), "https://file.example/");
        assert_eq!(config.token.unwrap().bearer(), "Bearer of-file");
    }

    #[test]
    fn a_wrong_file_is_named_and_its_token_is_not_shown() {
        for text in [
            "token = \"secret\"\nurl = 7\n",
            "token = secret\n",
            "tokn = \"secret\"\n",
            "token = \"sec\u{e9}cret\"\nurl = \"https://a.example\"\n",
        ] {
            let (_folder, path) = file(text);
            let failure = Config::from_parts(service(None, None), Some(&path)).unwrap_err();
            let said = failure.to_string();
            assert!(
                !said.contains("secret") && !said.contains("cret\""),
                "{said}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_token_that_others_can_read_gets_a_warning() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, path) = file("url = \"https://a.example\"\ntoken = \"t\"\n");
        let warnings = |mode| {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            Config::from_parts(service(None, None), Some(&path))
                .unwrap()
                .warnings
        };
        assert_eq!(warnings(0o600).len(), 0);
        for mode in [0o644, 0o640, 0o604] {
            assert!(warnings(mode)[0].contains("chmod 600"), "{mode:o}");
        }
    }

    #[test]
    fn a_token_on_an_open_line_gets_a_warning() {
        let config =
            Config::from_parts(service(Some("http://a.example"), Some("t")), None).unwrap();
        assert!(config.warnings[0].contains("unencrypted"));
    }

    #[test]
    fn the_file_is_where_xdg_says() {
        let path = |pairs: &'static [(&str, &str)]| {
            config_path(|name| {
                pairs
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| PathBuf::from(value))
            })
        };
        assert_eq!(
            path(&[("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")]).unwrap(),
            Path::new("/x/torrent2s3/config.toml")
        );
        assert_eq!(
            path(&[("XDG_CONFIG_HOME", "x"), ("HOME", "/h")]).unwrap(),
            Path::new("/h/.config/torrent2s3/config.toml")
        );
        assert_eq!(path(&[]), None);
    }
}
