import { SECRET_MIN_CHARACTERS } from '../../text/mask/secret-forms.ts'
import { URL_PASSWORD_MAX_BYTES } from '../../text/mask/url-passwords.ts'
import type { Command, CommandIo } from '../command-line/command.ts'
import { connectionOf } from '../connection/connection.ts'
import { runCommand } from '../run/run-command.ts'
import { parseRunOptions, SPOOL_MAX_DEFAULT_MIB } from '../run/run-options.ts'
import { SECRET_NAMES_TEXT } from '../run/secret-values.ts'

const USAGE = `Usage: tailrace run [OPTION]... -- COMMAND [ARGUMENT]...

Runs a command and brings its output, as the log of one step of a build, to the server. Ends as the command
ends: with its exit code, or by its signal; whatever happens to the log.

  --job NAME          the job; by default the name of the folder. A build that is there already stays in its job
  --step NAME         the step; by default the name of the command. A name that the build has with another
                      log gets a number: "make (2)"
  --step-id N         the step's number; by default the build's next
  --record UUID       the build to add the step to; it is made where it is not there. By default a new one
  --finish            with --record: the build ends with this step, by the worst of its steps so far: FAILURE when one
                      failed, else ABORTED when one was aborted or fell silent, else SUCCESS. Steps that still run
                      then do not count: finish last. Without --record the build always ends, as the command did
  --source NAME       where the build runs, shown with the log
  --ids FILE          write TAILRACE_JOB_ID, _BUILD_NO, _RECORD_ID and _STEP_ID there, for a shell to read, as soon
                      as the server has told them
  --raw               no time stamp before each line
  --quiet             do not repeat the output
  --profile NAME      the login to use instead of the environment
  --mask VARIABLE     mask the value of this variable too; may be repeated
  --spool DIR         where the log waits until it is delivered
  --spool-max MIB     how much of this log waits there at most; ${SPOOL_MAX_DEFAULT_MIB} by default. At this bound the command's
                      output is held back while the server takes bytes; while it takes none, the log is cut
                      and a line in it says how many bytes are missing
  --wait SECONDS      how long to wait without progress for the server: after the command, and at the bound of
                      the spool; 15 by default

What the server has is removed from the spool. What is left in it is delivered by the next "tailrace run", or by
"tailrace deliver".

Masked are, as ***, the values of variables whose names look secret (below), of those named by --mask, and
passwords in the URLs of all other variables; also line by line, in base64, URL-encoded, JSON-escaped and quoted by
a shell; from ${SECRET_MIN_CHARACTERS} characters on. Masked is also PASSWORD wherever the output has scheme://user:PASSWORD@host,
up to ${URL_PASSWORD_MAX_BYTES} bytes; what may be one is held back until it is known. And CREDENTIAL in "Authorization: Bearer
CREDENTIAL", or Basic. The command gets no TAILRACE_ variable but TAILRACE_RECORD_ID.

Names look secret by these parts, in either case, with or without their _:
${SECRET_NAMES_TEXT}
stdout and stderr are one FIFO, so that their order is kept. Ctrl-C and Ctrl-\\ of a terminal reach the command
without help; other signals are passed on. A stdout that is closed ("| head") does not end the command: its output
goes on into the log. Nor does one that takes nothing for 5 seconds, which then misses output.

Children that the command leaves running are listened to until they are silent for a second, and for about 10
seconds at most, so that a daemon that keeps writing is left then. They live on: a "cat" of this runner reads what
they write later, and ends with the last of them. That is not kept, and the log says so.

Environment:
  TAILRACE_URL        the server's address; needed
  TAILRACE_TOKEN      a token, or TAILRACE_AK and TAILRACE_SK, or TAILRACE_USER, TAILRACE_PASSWORD,
                      TAILRACE_DOMAIN and TAILRACE_PROJECT
  TAILRACE_SPOOL_MAX_MIB  as --spool-max
  TAILRACE_SPOOL      as --spool; by default tailrace/spool in $XDG_STATE_HOME or ~/.local/state

Exit codes of its own: 2 for wrong usage, 126 when the command cannot be run, 127 when there is none.
`

export const command: Command = {
  summary: 'Run a command and keep its output as the log of a build step',
  usage: USAGE,
  run(args: string[], io: CommandIo): Promise<number> {
    const options = parseRunOptions(args, io.env)
    return runCommand(options, connectionOf(io.env), io)
  },
}
