import { plainPage } from '../plain-page.ts'

/** What a sign-in address that is not the one printed at start answers with. */
export const signInRefused = plainPage(
  'This sign-in address is not valid',
  'A sign-in address is made anew each time Portside starts. Open the one that it printed when it last started, whole.',
  'Are you signed in already? Then <a href="/">go on to Portside</a>.',
)
