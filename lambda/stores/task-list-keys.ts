/** The task list's names, shared by the functions and the stack. No imports, so that both can load it. */
export const taskListKeys = {
  partitionKey: 'id',
  /** `open#<bucket>` or `done#<bucket>`; absent from a deleted task, which so is in no list. */
  list: 'list',
  /** `<created at>#<id>`: sorts by age, and tells those of one millisecond apart. */
  createdAtId: 'createdAtId',
} as const;

/** Index by list and age, projecting all attributes. */
export const newestByList = 'newestByList';
