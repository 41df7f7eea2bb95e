import { runCommand } from './command.ts';
import { openProgress } from './progress.ts';
import { redriveCommand } from './redrive/redrive-command.ts';

await runCommand((args, signal) =>
  redriveCommand(args, {
    folder: '.local',
    print: (text) => void process.stdout.write(`${text}\n`),
    progress: openProgress(),
    signal,
  }),
);
