//! The talk with a mail server.
//!
//! Written here because two things must be in our hands: the connection, which is made where it was judged, and the answer
//! to each recipient. Nothing that came before encryption is believed afterwards: what a server has said ahead of its
//! time ends the talk.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use towpath_model::{Fault, FaultKind};

/// A stream to a server, encrypted or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// Most bytes of one answer.
const LONGEST: usize = 64 << 10;

/// What a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) code: u16,
    /// Its lines, without codes.
    pub(super) lines: Vec<String>,
}

impl Answer {
    /// The words of the server, on one line.
    pub(super) fn words(&self) -> String {
        let words = self.lines.join(" ");
        let words: String = words.chars().filter(|letter| !letter.is_control()).take(300).collect();
        format!("{} {}", self.code, words.trim())
    }

    fn is_good(&self) -> bool {
        (200..400).contains(&self.code)
    }
}

/// A talk with a server that has greeted.
pub(super) struct Talk {
    wire: Box<dyn Wire>,
    /// Bytes that came and belong to no answer yet.
    ahead: Vec<u8>,
    server: String,
    offers: Vec<String>,
}

impl Talk {
    /// Waits for the greeting.
    pub(super) async fn begin(wire: Box<dyn Wire>, server: &str) -> Result<Self, Fault> {
        let mut talk = Talk { wire, ahead: Vec::new(), server: server.to_owned(), offers: Vec::new() };
        let greeting = talk.answer().await?;
        talk.expect(greeting, "does not greet")?;
        Ok(talk)
    }

    /// Says who asks, and hears what the server offers.
    pub(super) async fn hello(&mut self, name: &str) -> Result<(), Fault> {
        let answer = self.say(&format!("EHLO {name}")).await?;
        let answer = self.expect(answer, "refused the greeting")?;
        self.offers = answer.lines.iter().skip(1).map(|line| line.trim().to_ascii_uppercase()).collect();
        Ok(())
    }

    /// Whether the server offers something, for example `STARTTLS`.
    pub(super) fn offers(&self, what: &str) -> bool {
        self.offers.iter().any(|offer| offer.split(' ').next() == Some(what))
    }

    /// Asks for encryption, and gives back the stream on which it begins.
    pub(super) async fn start_tls(mut self) -> Result<Box<dyn Wire>, Fault> {
        let answer = self.say("STARTTLS").await?;
        self.expect(answer, "refused to encrypt")?;
        match self.ahead.is_empty() {
            true => Ok(self.wire),
            false => Err(Fault::unavailable(format!(
                "mail server `{}` speaks before encryption begins",
                self.server
            ))
            .hint("somebody may be in between: check the network")),
        }
    }

    /// The talk goes on, encrypted. Nothing of what was offered before counts.
    pub(super) fn resume(wire: Box<dyn Wire>, server: &str) -> Self {
        Talk { wire, ahead: Vec::new(), server: server.to_owned(), offers: Vec::new() }
    }

    /// Signs in.
    pub(super) async fn sign_in(&mut self, user: &str, password: &str) -> Result<(), Fault> {
        let ways: Vec<String> = self
            .offers
            .iter()
            .filter_map(|offer| offer.strip_prefix("AUTH ").or_else(|| offer.strip_prefix("AUTH=")))
            .flat_map(|ways| ways.split_whitespace().map(str::to_owned))
            .collect();
        let offers = |way: &str| ways.iter().any(|offered| offered == way);
        let answer = if offers("PLAIN") {
            self.say(&format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{user}\0{password}")))).await?
        } else if offers("LOGIN") {
            let mut answer = self.say("AUTH LOGIN").await?;
            for word in [user, password] {
                if answer.code == 334 {
                    answer = self.say(&STANDARD.encode(word)).await?;
                }
            }
            answer
        } else {
            let fault =
                Fault::auth(format!("mail server `{}` offers no way to sign in that is known", self.server));
            return Err(fault.hint("leave `user` out, or ask whoever runs the server for `PLAIN` or `LOGIN`"));
        };
        match answer.code {
            235 => Ok(()),
            // It cannot look the account up at the moment.
            400..=499 => {
                Err(Fault::unavailable(format!("mail server `{}`: {}", self.server, answer.words())))
            }
            _ => Err(Fault::auth(format!(
                "mail server `{}` refused the password of `{user}`: {}",
                self.server,
                answer.words()
            ))
            .hint("check `user` and `password`; some providers want a password made for programs")),
        }
    }

    /// Sends a letter to those whom the server takes, and names the others with its words. A fault when it takes none.
    pub(super) async fn send(
        &mut self,
        sender: &str,
        recipients: &[String],
        text: &[u8],
    ) -> Result<Vec<(String, String)>, Fault> {
        let answer = self.say(&format!("MAIL FROM:<{sender}>")).await?;
        self.expect(answer, "refused the sender")?;
        let (mut refused, mut last) = (Vec::new(), None);
        for recipient in recipients {
            let answer = self.say(&format!("RCPT TO:<{recipient}>")).await?;
            if !answer.is_good() {
                refused.push((recipient.clone(), answer.words()));
                last = Some(answer);
            }
        }
        if let Some(answer) = last.filter(|_| refused.len() == recipients.len()) {
            let all = recipients.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            return Err(self.refusal(&answer, &format!("refused {all}")).hint("check the addresses in `to`"));
        }
        let answer = self.say("DATA").await?;
        self.expect(answer, "refused the message")?;
        let mut stuffed = Vec::with_capacity(text.len() + 64);
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            // A line with a point alone would end the message.
            if line.first() == Some(&b'.') {
                stuffed.push(b'.');
            }
            stuffed.extend_from_slice(line);
        }
        if !stuffed.ends_with(b"\r\n") {
            stuffed.extend_from_slice(b"\r\n");
        }
        stuffed.extend_from_slice(b".\r\n");
        self.write(&stuffed).await?;
        let answer = self.answer().await?;
        self.expect(answer, "refused the message")?;
        Ok(refused)
    }

    /// Says goodbye; the letter is delivered whatever the answer.
    pub(super) async fn end(mut self) {
        let _ = self.write(b"QUIT\r\n").await;
        let _ = self.wire.shutdown().await;
    }

    async fn say(&mut self, line: &str) -> Result<Answer, Fault> {
        // A line end in an address would be another command.
        if line.contains(['\r', '\n']) {
            return Err(Fault::config("a setting of the mail channel holds a line end").hint("remove it"));
        }
        self.write(format!("{line}\r\n").as_bytes()).await?;
        self.answer().await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let written = async {
            self.wire.write_all(bytes).await?;
            self.wire.flush().await
        };
        written.await.map_err(|error| lost(&self.server).cause(error))
    }

    async fn answer(&mut self) -> Result<Answer, Fault> {
        let strange = |server: &str| {
            Fault::config(format!("what answers at `{server}` is no mail server"))
                .hint("check `host`, `port` and `security`")
        };
        let mut lines = Vec::new();
        let mut bytes = 0;
        loop {
            let line = self.line().await?;
            bytes += line.len();
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end();
            let code = text.get(..3).filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
            let Some(code) = code.and_then(|code| code.parse().ok()).filter(|_| bytes <= LONGEST) else {
                return Err(strange(&self.server));
            };
            lines.push(text.get(4..).unwrap_or_default().to_owned());
            match text.as_bytes().get(3) {
                Some(b'-') => {}
                None | Some(b' ') => return Ok(Answer { code, lines }),
                Some(_) => return Err(strange(&self.server)),
            }
        }
    }

    async fn line(&mut self) -> Result<Vec<u8>, Fault> {
        loop {
            if let Some(end) = self.ahead.iter().position(|byte| *byte == b'\n') {
                return Ok(self.ahead.drain(..=end).collect());
            }
            let mut piece = [0; 4096];
            match self.wire.read(&mut piece).await {
                Ok(count @ 1..) if self.ahead.len() < LONGEST => {
                    self.ahead.extend_from_slice(&piece[..count])
                }
                Ok(_) => return Err(lost(&self.server)),
                Err(error) => return Err(lost(&self.server).cause(error)),
            }
        }
    }

    fn expect(&self, answer: Answer, what: &str) -> Result<Answer, Fault> {
        if answer.is_good() { Ok(answer) } else { Err(self.refusal(&answer, what)) }
    }

    fn refusal(&self, answer: &Answer, what: &str) -> Fault {
        let kind = match answer.code {
            // Too much at once, in the words of many servers.
            421 | 450..=452 => FaultKind::RateLimited,
            400..=499 => FaultKind::Unavailable,
            530 | 534 | 535 | 538 => FaultKind::Auth,
            _ => FaultKind::Config,
        };
        let fault = Fault::new(kind, format!("mail server `{}` {what}: {}", self.server, answer.words()));
        match kind {
            FaultKind::Auth => fault.hint("set `user` and `password`"),
            FaultKind::Config => fault.hint("check `from`, and what the account may send"),
            _ => fault,
        }
    }
}

fn lost(server: &str) -> Fault {
    Fault::unavailable(format!("the connection to mail server `{server}` broke"))
        .hint("check `port` and `security`: `starttls` and `tls` have different ports")
}
