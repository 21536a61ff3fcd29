-- Tables of the production database (PostgreSQL) that the pipelines fill. Run it once; again does no harm:
--   psql -d production -f factory.sql
-- Tables that are there already, from before Towpath, stay with their rows and get the columns and indexes they lack.

-- Orders: orders.yaml.
create table if not exists commandes_volets_roulants (
    id serial primary key,
    numero_commande varchar(20) not null,
    extension varchar(5),
    status varchar(50),
    date_modification date,
    coffre varchar(50),
    gestion_en_stock integer default 0,
    date_synchronisation timestamp default now(),
    unique (numero_commande, extension)
);

-- Machines: machine-logs.yaml.
create table if not exists centre_usinage (
    id serial primary key,
    nom varchar(100) unique,
    type_cu varchar(50) not null,
    description text,
    actif boolean default true,
    date_creation timestamp default now()
);

-- What a machining centre did on one day. The hours are those between the first and the last piece.
create table if not exists session_production (
    id serial primary key,
    centre_usinage_id integer references centre_usinage,
    date_production date not null,
    heure_premiere_piece timestamp,
    heure_derniere_piece timestamp,
    heure_premier_machine_start timestamp,
    heure_dernier_machine_stop timestamp,
    total_pieces integer default 0,
    duree_production_totale numeric(10, 4),
    temps_attente numeric(10, 4),
    temps_arret_volontaire numeric(10, 4),
    temps_production_effectif numeric(10, 4),
    taux_occupation numeric(5, 2),
    taux_attente numeric(5, 2),
    taux_arret_volontaire numeric(5, 2),
    fichier_log_source varchar(255),
    date_creation timestamp default now()
);
create unique index if not exists session_production_centre_date
    on session_production (centre_usinage_id, date_production);
create index if not exists session_production_date on session_production (date_production);

-- The rows of a session. `numero` counts them within their session, in the order of time.
create table if not exists job_profil (
    id serial primary key,
    session_id integer references session_production on delete cascade,
    reference varchar(50) not null,
    longueur numeric(10, 2),
    couleur varchar(50),
    timestamp_debut timestamp,
    date_creation timestamp default now()
);
alter table job_profil add column if not exists numero integer;
create unique index if not exists job_profil_numero on job_profil (session_id, numero);
create index if not exists job_profil_reference on job_profil (reference);

create table if not exists periode_attente (
    id serial primary key,
    session_id integer references session_production on delete cascade,
    timestamp_debut timestamp not null,
    timestamp_fin timestamp not null,
    duree_secondes integer not null,
    date_creation timestamp default now()
);
alter table periode_attente add column if not exists numero integer;
create unique index if not exists periode_attente_numero on periode_attente (session_id, numero);

create table if not exists periode_arret (
    id serial primary key,
    session_id integer references session_production on delete cascade,
    timestamp_debut timestamp not null,
    timestamp_fin timestamp not null,
    duree_secondes integer not null,
    date_creation timestamp default now()
);
alter table periode_arret add column if not exists numero integer;
-- True when no start came behind the stop: it then lasts until the last event of the session.
alter table periode_arret add column if not exists sans_fin boolean;
create unique index if not exists periode_arret_numero on periode_arret (session_id, numero);

create table if not exists piece_production (
    id serial primary key,
    session_id integer references session_production on delete cascade,
    numero_piece integer not null,
    timestamp_production timestamp not null,
    details text,
    date_creation timestamp default now()
);
-- The job that was loaded when the piece was made: `job_profil.numero` in the same session.
alter table piece_production add column if not exists numero_job integer;
create unique index if not exists piece_production_numero on piece_production (session_id, numero_piece);
create index if not exists piece_production_timestamp on piece_production (timestamp_production);
do $$
begin
    -- Checked at the end of a transaction: a corrected log may take a job away and give its pieces to another.
    alter table piece_production add constraint piece_production_job
        foreign key (session_id, numero_job) references job_profil (session_id, numero)
        deferrable initially deferred;
exception
    when duplicate_object then null;
end
$$;

-- What is needed for more than availability: oee.yaml. Both may stay empty.
create table if not exists cadence_nominale (
    centre varchar(100) not null,
    -- Empty: for all references of the centre that have no line of their own.
    reference varchar(50) not null,
    secondes_par_piece numeric(10, 3) not null check (secondes_par_piece > 0),
    primary key (centre, reference)
);
create table if not exists rebut_session (
    centre varchar(100) not null,
    date_production date not null,
    rebuts integer not null check (rebuts >= 0),
    primary key (centre, date_production)
);

-- Each job with its end, its pieces, and the mean time between them.
create or replace view suivi_job as
select
    j.session_id,
    j.numero,
    j.reference,
    j.longueur,
    j.couleur,
    j.timestamp_debut,
    coalesce(
        lead(j.timestamp_debut) over (partition by j.session_id order by j.numero),
        s.heure_derniere_piece
    ) as timestamp_fin,
    p.pieces,
    case when p.pieces > 1 then round(p.secondes / (p.pieces - 1), 1) end as secondes_par_piece
from job_profil j
join session_production s on s.id = j.session_id
left join lateral (
    select
        count(*) as pieces,
        extract(epoch from max(timestamp_production) - min(timestamp_production))::numeric as secondes
    from piece_production
    where session_id = j.session_id and numero_job = j.numero
) p on true;

-- Overall equipment effectiveness (TRS) of each session, in percent: availability, performance and quality, and their
-- product. What is not known is null: performance when a piece has no nominal time, quality when nobody counted scrap.
create or replace view trs_session as
select
    t.session_id,
    t.centre,
    t.date_production,
    t.total_pieces,
    t.rebuts,
    t.disponibilite,
    t.performance,
    t.qualite,
    round(t.disponibilite * t.performance * t.qualite / 10000, 2) as trs
from (
    select
        s.id as session_id,
        c.nom as centre,
        s.date_production,
        s.total_pieces,
        r.rebuts,
        case when s.duree_production_totale > 0 then s.taux_occupation end as disponibilite,
        case
            when n.sans_cadence = 0 and s.temps_production_effectif > 0
            then round(100 * n.secondes / (3600 * s.temps_production_effectif), 2)
        end as performance,
        case
            when s.total_pieces > 0 and r.rebuts <= s.total_pieces
            then round(100.0 * (s.total_pieces - r.rebuts) / s.total_pieces, 2)
        end as qualite
    from session_production s
    join centre_usinage c on c.id = s.centre_usinage_id
    left join rebut_session r on r.centre = c.nom and r.date_production = s.date_production
    left join lateral (
        -- The first piece was begun before the hours that count, so it is left out.
        select
            sum(coalesce(own.secondes_par_piece, usual.secondes_par_piece)) as secondes,
            count(*) filter (
                where own.secondes_par_piece is null and usual.secondes_par_piece is null
            ) as sans_cadence
        from piece_production p
        left join job_profil j on j.session_id = p.session_id and j.numero = p.numero_job
        left join cadence_nominale own on own.centre = c.nom and own.reference = j.reference
        left join cadence_nominale usual on usual.centre = c.nom and usual.reference = ''
        where p.session_id = s.id and p.numero_piece > 1
    ) n on true
) t;
