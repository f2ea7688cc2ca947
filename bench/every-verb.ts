/**
 * A story in which every verb of the command line is typed once: a team opens its sessions, works, and leaves as much
 * behind as it found. `#` is the number of the story; `-> name` keeps the id of the message that was sent, as `{name}`.
 */
export const STORY: readonly string[] = `
  session open p# --as operator
  session open c# --parent p# --lease 1h --as p#
  session open v# --parent p# --as p#
  session open x# --parent p# --as p#
  session renew c# --as c#
  session list
  session show c#
  send c# which --as p# -> message
  notify --as c#
  inbox --as c#
  wait --for mail --as c#
  reply {message} both --as c#
  ack {message} --as c#
  show {message}
  task open t# --title parser --participants v# --as p#
  task claim t# --as c#
  task join t# x# --as operator
  broadcast task:t# green --as c#
  task status t# in_progress --as c#
  task list
  task show t#
  owners
  owners t#
  handoff t# v# --as c#
  handoff t# c# --offer --as v#
  accept t# --as c#
  handoff t# v# --offer --as c#
  decline t# --as v#
  handoff t# v# --offer --as c#
  cancel t# --as c#
  task release t# --as c#
  task assign t# c# --as operator
  task leave t# --as x#
  run start r# --begin --lease 1h --as c#
  state r# --set plan=1 --as c#
  run start k# --parent r# --as c#
  seed k# --keys plan --as c#
  run begin k# --as c#
  run progress k# --percent 40 --as c#
  run checkpoint k# half --as c#
  run suspend k# --as c#
  run resume k# --as c#
  run renew r# --as c#
  run list
  run show r#
  run tree r#
  state k# plan
  timers
  run complete k# --as c#
  merge k# --as c#
  effect register r# tests --as c#
  effect settle r# tests --as c#
  run start f# --as c#
  run fail f# broke --as c#
  run cancel r# --as c#
  group form g# --members c#,v# --as p#
  group add g# x# --as p#
  group remove g# x# --as p#
  group dispatch g# a=session:c# b=session:v# --as p#
  group settle p#/g# a --as c#
  group checkpoint g# half --as p#
  group list
  group show p#/g#
  group cancel g# --as p#
  group transfer g# c# --as p#
  group disband g# --as c#
  task close t# --as operator
  wait --for task/t#=closed
  history --task t#
  replay --task t#
  log -n 20
  log task-t#
  send x# lost --as p# -> lost
  send x# gone --as p# -> gone
  session close x# --as operator
  dead list
  dead requeue {lost} --to operator --as operator
  dead discard {gone} --as operator
  ack {lost} --as operator
  session reopen x# --as operator
  sweep
  projections list
  projections status
  session close x# --successor p# --as operator
  session close v# --successor p# --as operator
  session close c# --successor p# --as operator
  inbox p# --ack -n 500 --as operator
  session close p# --as operator`
  .trim()
  .split(/\n\s*/)

/** What takes its time by its nature, and is in no story. */
export const APART: Readonly<Record<string, string>> = {
  init: 'makes a hub that has no history',
  demo: 'plays for ten seconds, on a hub of its own',
  request: 'waits for an answer',
  search: 'reads the log',
  why: 'reads the log',
  verify: 'reads the log',
  doctor: 'reads the log',
  backup: 'copies the log',
  restore: 'copies the log',
  export: 'prints the log',
  'projections rebuild': 'folds the log',
  'projections verify': 'folds the log',
}
