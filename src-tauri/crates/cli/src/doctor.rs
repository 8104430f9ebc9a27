//! `sotto doctor`: what Sotto needs, whether it is there, how to mend it.

use sotto_api::Verdict;

use crate::{exit::Exit, print_json, print_line, session::Session};

pub(crate) async fn run(json: bool) -> Result<(), Exit> {
    let session = Session::new()?;
    let checks = session.sotto.examine().await;
    session.sotto.shutdown().await;
    let broken = checks.iter().any(|check| check.verdict == Verdict::Broken);
    if json {
        print_json(&checks)?;
    } else {
        for check in &checks {
            let mark = match check.verdict {
                Verdict::Good => "good   ",
                Verdict::Limited => "limited",
                Verdict::Broken => "broken ",
            };
            print_line(&format!("{mark}  {:<11} {}", check.name, check.found))?;
            if !check.mend.is_empty() {
                print_line(&format!("                     {}", check.mend))?;
            }
        }
    }
    if broken {
        Err(Exit::Failed(String::new()))
    } else {
        Ok(())
    }
}
