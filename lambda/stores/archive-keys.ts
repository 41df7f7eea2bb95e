/** Where the archive's objects lie; shared by the stack and the commands that read it. No imports, so that both can. */
export const archivePrefix = 'events/';

/** As Firehose's expressions say it: the folder of the hour at which the oldest record of an object arrived, in UTC. */
export const archiveFolder = `${archivePrefix}date=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/`;

/** The folder of a moment, in milliseconds since the epoch; folders sort by time. */
export const archiveFolderOf = (ms: number): string => {
  const [date = '', time = ''] = new Date(ms).toISOString().split('T');
  return `${archivePrefix}date=${date}/hour=${time.slice(0, 2)}/`;
};
