// The first pages of a server. Everything goes through the interface; nothing is kept here.
'use strict';

const french = navigator.language.startsWith('fr');
const say = (en, fr) => (french ? fr : en);
const at = (id) => document.getElementById(id);
const place = location.pathname.replace(/\/+$/, '').split('/').pop();
const secret = location.hash.slice(1);
let csrf = null;

const LABELS = {
  email: ['E-mail address', 'Adresse électronique', 'email', 'username'],
  name: ['Your name', 'Votre nom', 'text', 'name'],
  password: ['Password', 'Mot de passe', 'password', 'current-password'],
  fresh: ['New password', 'Nouveau mot de passe', 'password', 'new-password',
    'At least 12 characters; some words that do not belong together are good.',
    'Au moins 12 caractères ; quelques mots sans lien entre eux conviennent.'],
  workspace: ['Name of the workspace', "Nom de l'espace de travail", 'text', 'organization'],
  code: ['Code of the authenticator, or a recovery code', "Code de l'authentificateur, ou code de secours", 'text', 'one-time-code'],
};

async function ask(method, path, body) {
  const headers = { 'content-type': 'application/json' };
  if (csrf) headers['x-csrf-token'] = csrf;
  let answer;
  try {
    answer = await fetch('api/v1/' + path, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    return { ok: false, body: { detail: say('the server cannot be reached', 'le serveur est injoignable') } };
  }
  const text = await answer.text();
  return { ok: answer.ok, status: answer.status, body: text ? JSON.parse(text) : {} };
}

function lead(text) {
  at('lead').textContent = text;
}

function trouble(body) {
  const parts = [body.detail, body.hint].filter(Boolean);
  for (const problem of body.problems || []) if (problem.message !== body.detail) parts.push(problem.message);
  at('trouble').textContent = parts.join(' — ');
  at('trouble').hidden = parts.length === 0;
  const wrong = new Set((body.problems || []).map((problem) => problem.path.slice(1)));
  for (const input of at('fields').querySelectorAll('input')) {
    const name = input.name === 'fresh' ? 'password' : input.name;
    input.setAttribute('aria-invalid', String(wrong.has(name)));
  }
}

function form(names, button, send) {
  at('fields').replaceChildren(...names.map((name) => {
    const [en, fr, type, complete, hintEn, hintFr] = LABELS[name];
    const label = document.createElement('label');
    const input = document.createElement('input');
    label.append(say(en, fr));
    if (hintEn) {
      const hint = document.createElement('small');
      hint.textContent = say(hintEn, hintFr);
      label.append(hint);
    }
    Object.assign(input, { name, type, autocomplete: complete, required: true });
    label.append(input);
    return label;
  }));
  trouble({});
  at('send').textContent = button;
  at('form').hidden = false;
  at('form').onsubmit = async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(at('form')));
    at('send').disabled = true;
    const answer = await send(values);
    at('send').disabled = false;
    if (answer && !answer.ok) trouble(answer.body);
  };
  at('fields').querySelector('input')?.focus();
}

function done(session) {
  at('form').hidden = true;
  csrf = session.csrf;
  lead(say('Signed in as ', 'Connecté en tant que ') + session.user.email + '.');
  const list = document.createElement('ul');
  for (const workspace of session.workspaces) {
    const line = document.createElement('li');
    line.textContent = workspace.name + (workspace.role ? ' — ' + workspace.role : '');
    list.append(line);
  }
  const docs = document.createElement('p');
  const link = Object.assign(document.createElement('a'), { href: 'docs/', textContent: say('The interface', "L'interface") });
  docs.append(link);
  const out = Object.assign(document.createElement('button'), { type: 'button', textContent: say('Sign out', 'Se déconnecter') });
  out.onclick = async () => { await ask('DELETE', 'session'); location.assign('sign-in'); };
  at('more').replaceChildren(list, docs, out);
  if (secret) history.replaceState(null, '', '.');
}

function signIn(text) {
  lead(text);
  let names = ['email', 'password'];
  const send = async (values) => {
    const answer = await ask('POST', 'session', values);
    if (answer.ok) return done(answer.body);
    if (answer.body.code === 'second_factor' && !names.includes('code')) {
      names = [...names, 'code'];
      form(names, say('Sign in', 'Se connecter'), send);
      for (const [name, value] of Object.entries(values)) at('fields').querySelector(`[name=${name}]`).value = value;
      at('fields').querySelector('[name=code]').focus();
    }
    return answer;
  };
  form(names, say('Sign in', 'Se connecter'), send);
}

const language = french ? 'fr' : 'en';

async function link() {
  const found = await ask('GET', 'links/' + encodeURIComponent(secret));
  if (!found.ok) {
    lead(say('This link does not work: ', 'Ce lien ne fonctionne pas : ') + found.body.detail);
    return;
  }
  const { kind, email, workspace, has_account: known } = found.body;
  const use = (body) => ask('POST', 'links/' + encodeURIComponent(secret), { language, ...body });
  if (kind === 'setup') {
    lead(say('Make the first account. It runs the server.', 'Créez le premier compte. Il administre le serveur.'));
    form(['email', 'name', 'fresh', 'workspace'], say('Make it', 'Créer'), async ({ fresh, ...rest }) => {
      const answer = await ask('POST', 'setup', { secret, language, password: fresh, ...rest });
      return answer.ok ? done(answer.body) : answer;
    });
  } else if (kind === 'password') {
    lead(say('Choose a password for ', 'Choisissez un mot de passe pour ') + email + '.');
    form(['fresh'], say('Keep it', 'Enregistrer'), async ({ fresh }) => {
      const answer = await use({ password: fresh });
      return answer.ok ? signIn(say('The password is kept. Sign in with it.', 'Le mot de passe est enregistré. Connectez-vous.')) : answer;
    });
  } else if (known) {
    const session = (await ask('GET', 'session')).body;
    if (!session.user) {
      signIn(say('Sign in, then open the link again to enter ', 'Connectez-vous, puis rouvrez le lien pour rejoindre ') + workspace + '.');
      return;
    }
    csrf = session.csrf;
    lead(say('Enter ', 'Rejoindre ') + workspace + say(' as ', ' en tant que ') + session.user.email + '?');
    form([], say('Enter', 'Rejoindre'), async () => {
      const answer = await use({});
      if (!answer.ok) return answer;
      return done((await ask('GET', 'session')).body);
    });
  } else {
    lead(say('You are invited to ', 'Vous êtes invité à rejoindre ') + workspace + ' (' + email + ').');
    form(['name', 'fresh'], say('Enter', 'Rejoindre'), async ({ name, fresh }) => {
      const answer = await use({ name, password: fresh });
      return answer.ok ? done((await ask('GET', 'session')).body) : answer;
    });
  }
}

async function begin() {
  document.documentElement.lang = language;
  if (secret && ['setup', 'invitation', 'password'].includes(place)) return link();
  const session = await ask('GET', 'session');
  if (session.ok && session.body.user) return done(session.body);
  if (session.ok && session.body.is_new) {
    lead(say('Nobody has an account yet. The server printed a link when it started: open it to make the first one.',
      'Personne n\'a encore de compte. Le serveur a affiché un lien à son démarrage : ouvrez-le pour créer le premier.'));
    return undefined;
  }
  return signIn(say('Sign in', 'Connexion'));
}

begin();
