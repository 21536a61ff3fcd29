-- Table of the production database (PostgreSQL) that orders.yaml fills. Run it once:
--   psql -d production -f factory.sql
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
