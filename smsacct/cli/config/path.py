"""`smsacct config path`: where the config file lies."""

from smsacct.actions.configure import config_path
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import PATH


@answers(PATH, asks="nobody")
def command(run: Run) -> None:
    """Print where config.toml lies: where SMSACCT_CONFIG says, else in the platform's config folder.

    Examples:
      smsacct config path
      "$EDITOR" "$(smsacct config path)"
    """
    run.write_value(config_path(run.context), "path")
