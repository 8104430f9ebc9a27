//! What can be typed after `sotto`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

const EXIT_CODES: &str = "\
Exit codes:
    0  done
    1  the answer failed, or a check of `doctor` found something broken
    2  the command line is wrong
    3  no model is on this computer
    4  the history cannot be opened
    5  nothing was sent: nobody said yes, or it may not be asked
   65  the input is not UTF-8 text, or there is nothing to ask
  130  stopped with Ctrl-C
  141  whoever read the output went away";

const ASK_EXAMPLES: &str = "\
Examples:
    sotto ask 'Which of these came last?' < dates.txt
    sotto ask --action summarise < notes.txt
    sotto ask --action translate --set language=Thai 'Good morning'";

const ACTIONS_EXAMPLES: &str = "\
Examples:
    sotto actions
    mkdir -p \"$(sotto actions --path)\"
    sotto actions --show reply > \"$(sotto actions --path)/reply.toml\"";

/// Answers on this computer. Nothing leaves it without a yes.
#[derive(Debug, Parser)]
#[command(name = "sotto", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Asks one question; standard input, if it is not a terminal, is read as the text it is about
    #[command(after_help = ASK_EXAMPLES)]
    Ask(AskArguments),
    /// What can be done with a text by name: the actions of `sotto ask --action`
    #[command(after_help = ACTIONS_EXAMPLES)]
    Actions(ActionsArguments),
    /// Talks in the terminal until Ctrl-D
    Chat(ChatArguments),
    /// Opens the quick prompt over whatever is on the screen; starts Sotto if it does not run
    Quick(QuickArguments),
    /// The conversations that are kept
    #[command(subcommand)]
    History(HistoryCommand),
    /// The models on this computer
    #[command(subcommand)]
    Models(ModelsCommand),
    /// Who runs larger models on other computers, and the keys they gave you
    #[command(subcommand)]
    Providers(ProvidersCommand),
    /// Whether larger models may be asked for at all
    #[command(subcommand)]
    Cloud(CloudCommand),
    /// What left this computer, and what was asked for and did not
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Looks at everything that Sotto needs, and says how to mend it
    Doctor {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AskArguments {
    /// The model that answers, as `sotto models list` names it
    #[arg(long, short)]
    pub(crate) model: Option<String>,
    /// Ask a larger model instead: PROVIDER/MODEL. Shows what would be sent, and sends it only after
    /// a yes that is typed on a terminal
    #[arg(long, value_name = "PROVIDER/MODEL", conflicts_with = "model")]
    pub(crate) cloud: Option<String>,
    /// With --cloud: put placeholders in place of what looks confidential
    #[arg(long, requires = "cloud")]
    pub(crate) redact: bool,
    /// What is done with the text, as `sotto actions` names it. The text is what is piped in, and what
    /// is typed is wanted besides; where nothing is piped in, the text is what is typed
    #[arg(long, value_name = "NAME")]
    pub(crate) action: Option<String>,
    /// With --action: the value of one of its parameters
    #[arg(long, value_name = "KEY=VALUE", requires = "action", value_parser = parameter)]
    pub(crate) set: Vec<(String, String)>,
    /// Print one JSON object when the answer is whole, instead of streaming text
    #[arg(long)]
    pub(crate) json: bool,
    /// The question, or with --action the text
    #[arg(value_name = "TEXT")]
    pub(crate) prompt: Vec<String>,
}

fn parameter(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

#[derive(Debug, Args)]
pub(crate) struct ActionsArguments {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the folder where your own prompt files are looked for, and nothing else
    #[arg(long, conflicts_with = "json")]
    pub(crate) path: bool,
    /// Print the prompt file of one action, to begin your own with
    #[arg(long, value_name = "NAME", conflicts_with_all = ["json", "path"])]
    pub(crate) show: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct QuickArguments {
    /// Give along what is in the clipboard. It is shown before anything is asked
    #[arg(long)]
    pub(crate) clipboard: bool,
    /// Choose an action, as `sotto actions` names it
    #[arg(long, value_name = "NAME")]
    pub(crate) action: Option<String>,
    /// What to put into its field; it is not asked before Enter is pressed there. What is piped in is
    /// given along
    pub(crate) text: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ChatArguments {
    /// The model that answers, as `sotto models list` names it
    #[arg(long, short)]
    pub(crate) model: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HistoryCommand {
    /// All conversations, the last changed first
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// One conversation, as the window shows it
    Show {
        /// Its id, or the beginning of its id
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// One or all conversations with all their branches, as JSON
    Export {
        /// Its id, or the beginning of its id; all without
        id: Option<String>,
        /// Print JSON (the only form, so far)
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// All models on this computer, those of other apps too
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Measures how fast a model is here, beside what the memory's speed allows
    Bench {
        /// The model, as `sotto models list` names it; without it, the one that answers
        name: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// One model: what it is, where it lies, whose it is, and whether it fits into memory
    Show {
        /// The model, as `sotto models list` names it
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// The models that Sotto knows by name, and whether each would fit
    Catalog {
        /// Only those that are usable in this language, for example `fi`
        #[arg(long, value_name = "ISO 639-1")]
        language: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Makes a GGUF file that lies elsewhere one of the models: it is linked, not copied
    Import {
        /// The file; of a split model any part
        path: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Removes a model: its files, or of one that was imported the link alone
    Rm {
        /// The model, as `sotto models list` names it
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProvidersCommand {
    /// All providers that can be asked
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Keeps a provider's key in the keyring: typed unseen on a terminal, or read from standard input
    Key {
        /// The provider's id
        provider: String,
        /// Remove the key instead
        #[arg(long)]
        remove: bool,
    },
    /// Adds a server of your own
    Add {
        /// Its name
        title: String,
        /// The address under which its paths lie, for example http://192.168.1.9:8080/v1
        address: String,
        /// It speaks Anthropic's protocol instead of OpenAI's
        #[arg(long)]
        anthropic: bool,
    },
    /// Removes a server of your own, and its key
    Remove {
        /// The provider's id
        provider: String,
    },
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum CloudCommand {
    /// Cloud models may be asked for, each time with a yes
    On,
    /// Cloud models may not be asked for
    Off,
    /// Nothing may leave now; what is on its way is cut, also in the window
    Block,
    /// Takes the block back
    Unblock,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Every request and what became of it, the newest first
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Whether the ledger is what was written
    Verify {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Arguments::command().debug_assert();
    }
}
