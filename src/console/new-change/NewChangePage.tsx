export function NewChangePage() {
  return <></>
}
