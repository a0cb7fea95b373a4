import { STEP_ID_MAX } from '../../contract/limits.ts'
import { SECRET_MIN_CHARACTERS } from '../../text/mask/secret-forms.ts'
import { URL_PASSWORD_MAX_BYTES } from '../../text/mask/url-passwords.ts'
import { defineCommand } from '../command-line/command.ts'
import { readName, readUuid, wholeNumber } from '../command-line/read-values.ts'
import { CONNECTION_ENVIRONMENT, PROFILE } from '../connection/connection-options.ts'
import { SECRET_NAMES_TEXT } from '../run/secret-names.ts'
import { SPOOL, WAIT } from '../run/spool-options.ts'

export const command = defineCommand({
  name: 'run',
  summary: 'Run a command and stream its output as the log of a step',
  description: `Run a command and stream its output to the server, as the log of one step of a
build. Exits with the command's own exit code or signal, even if the log cannot be
delivered.

If the server is slow or down, the log waits in a spool on disk. The next
"tailrace run", or "tailrace deliver", delivers it.

Values of variables with secret-looking names are masked as ***; see "Masking"
below. The command gets no TAILRACE_ variable except TAILRACE_RECORD_ID.

The command writes stdout and stderr to one pipe, so their order is kept. Ctrl-C
and Ctrl-\\ reach the command from the terminal; other signals are passed on. If
stdout is closed or blocked for 5 seconds, the command continues, and the rest of
its output goes only to the log.

If the command leaves child processes running, their output is read until it
pauses for a second, for about 10 seconds at most. They keep running. The log says
that later output is not in it.`,
  arguments: {
    command: { name: 'COMMAND', repeatable: true, afterDashes: true, help: 'The command and its arguments.' },
  },
  options: {
    job: {
      value: 'NAME',
      read: readName,
      defaultText: 'the name of the folder',
      help: 'The job; a build that exists stays in its job',
    },
    step: {
      value: 'NAME',
      read: readName,
      defaultText: 'the name of the command',
      help: 'The step. If the build has another log by this name, a number is added: "make (2)"',
    },
    'step-id': {
      value: 'N',
      read: wholeNumber(1, STEP_ID_MAX),
      defaultText: "the build's next",
      help: "The step's number",
    },
    record: {
      value: 'UUID',
      read: readUuid,
      defaultText: 'a new build',
      help: 'The build to add the step to; it is created if it does not exist',
    },
    finish: {
      help: 'With --record: end the build with this step. It fails if a step failed, and is aborted if a step was aborted or went silent. Steps that still run do not count, so finish last. Without --record, the build always ends with the command',
    },
    source: { value: 'NAME', read: readName, help: 'Where the build runs, shown with the log' },
    ids: {
      value: 'FILE',
      completes: 'file',
      help: 'Write TAILRACE_JOB_ID, _BUILD_NO, _RECORD_ID and _STEP_ID to FILE, for a shell to read, as soon as they are known',
    },
    raw: { help: 'Do not add a timestamp to each line' },
    quiet: { help: "Do not print the command's output" },
    mask: { value: 'VARIABLE', repeatable: true, help: 'Mask the value of this variable too' },
    spool: SPOOL,
    'spool-max': {
      value: 'MIB',
      default: '4096',
      env: 'TAILRACE_SPOOL_MAX_MIB',
      read: wholeNumber(1, 999_999_999),
      help: "The largest size of this log's spool. When it is full, the command waits as long as the server accepts bytes. If the server does not, the log is cut, and a line in it says how many bytes are missing",
    },
    wait: { ...WAIT, help: `${WAIT.help}, after the command and while the spool is full` },
    profile: PROFILE,
  },
  environment: CONNECTION_ENVIRONMENT,
  exitCodes: {
    N: "The command's own exit code",
    2: 'Wrong usage; the command did not run',
    126: 'The command cannot be run',
    127: 'The command was not found',
  },
  sections: {
    Masking: `These values are masked as ***, if they have at least ${SECRET_MIN_CHARACTERS} characters: those of
variables whose names look secret, those of variables that --mask names, and
passwords in variables that hold a URL. Their base64, URL-encoded, JSON-escaped and
shell-quoted forms and their single lines are masked too.

So are PASSWORD in scheme://user:PASSWORD@host, up to ${URL_PASSWORD_MAX_BYTES} bytes, and the
credential in "Authorization: Bearer" or "Basic", wherever the output has them.

${SECRET_NAMES_TEXT}`,
  },
  examples: [
    { line: 'tailrace run -- make -j8', does: 'Run make as a build with one step.' },
    {
      line: 'tailrace run --job web-app --step test -- npm test',
      does: 'Name the job and the step.',
    },
    {
      line: 'tailrace run --record 5f0c1c1e-7c0b-4d6e-9a3b-0d6f3c2b1a00 --finish -- make',
      does: 'Add the last step to a build that several commands share.',
    },
  ],
  async run({ options, args }, io) {
    const [{ runCommand }, { runOptions }, { connectionOf }] = await Promise.all([
      import('../run/run-command.ts'),
      import('../run/run-options.ts'),
      import('../connection/connection.ts'),
    ])
    return runCommand(runOptions(options, args.command, io.env), connectionOf(io.env), io)
  },
})
