//! What can be typed after `sotto`.

use clap::{Args, Parser, Subcommand};

const EXIT_CODES: &str = "\
Exit codes:
    0  done
    1  the answer failed, or a check of `doctor` found something broken
    2  the command line is wrong
    3  no model is on this computer
    4  the history cannot be opened
   65  the input is not UTF-8 text, or there is nothing to ask
  130  stopped with Ctrl-C
  141  whoever read the output went away";

/// Answers on this computer. Nothing leaves it.
#[derive(Debug, Parser)]
#[command(name = "sotto", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Asks one question; standard input, if it is not a terminal, is read as context
    Ask(AskArguments),
    /// Talks in the terminal until Ctrl-D
    Chat(ChatArguments),
    /// The conversations that are kept
    #[command(subcommand)]
    History(HistoryCommand),
    /// The models on this computer
    #[command(subcommand)]
    Models(ModelsCommand),
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
    /// Print one JSON object when the answer is whole, instead of streaming text
    #[arg(long)]
    pub(crate) json: bool,
    /// The question
    pub(crate) prompt: Vec<String>,
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
    /// All models on this computer
    List {
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
