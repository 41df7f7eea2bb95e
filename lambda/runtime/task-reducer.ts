declare const TASK_REDUCER: string;

/** Names the code that folds the events of a task: a hash, put here as the functions are bundled (lib/parts/app-function.ts). */
export const taskReducer: string = TASK_REDUCER;
