-- One row per machining centre and day: its hours, and what share of them was production, wait and stop.
with
seconds as (
    select
        machine,
        day,
        cast(sum(seconds) as decimal(18, 6)) as total,
        cast(coalesce(sum(seconds) filter (where kind = 'wait'), 0) as decimal(18, 6)) as wait,
        cast(coalesce(sum(seconds) filter (where kind = 'stop'), 0) as decimal(18, 6)) as stop
    from covered
    group by machine, day
),
-- Waits and stops are rounded together, and each of the two parts is what the other leaves. So the parts, as they are
-- stored, add up to the whole to the last digit, and none is negative.
hours as (
    select
        machine,
        day,
        cast(total / 3600 as decimal(10, 4)) as total,
        cast(wait / 3600 as decimal(10, 4)) as wait,
        cast((wait + stop) / 3600 as decimal(10, 4)) as lost,
        cast(wait * 100 / total as decimal(5, 2)) as wait_rate,
        cast((wait + stop) * 100 / total as decimal(5, 2)) as lost_rate
    from seconds
),
numbered as (
    select
        p.*,
        c.id as centre_usinage_id,
        k.id as known_id,
        row_number() over (partition by k.id is null order by p.day, p.machine) as place
    from spans p
    join centres c on c.nom = p.machine
    left join known k on k.centre_usinage_id = c.id and k.date_production = p.day
),
sessions as (
    select
        n.*,
        cast(coalesce(n.known_id, (select coalesce(max(id), 0) from known) + n.place) as int) as id,
        coalesce(h.total, 0) as total,
        coalesce(h.wait, 0) as wait,
        coalesce(h.lost, 0) as lost,
        coalesce(h.wait_rate, 0) as wait_rate,
        coalesce(h.lost_rate, 0) as lost_rate
    from numbered n
    left join hours h on h.machine = n.machine and h.day = n.day
)
select
    id,
    id as session_id,
    machine,
    centre_usinage_id,
    day as date_production,
    first_piece as heure_premiere_piece,
    last_piece as heure_derniere_piece,
    first_start as heure_premier_machine_start,
    last_stop as heure_dernier_machine_stop,
    pieces as total_pieces,
    -- A day without two pieces has no time of production: its waits and stops are told, and its rates are 0.
    case when produces then total else 0 end as duree_production_totale,
    wait as temps_attente,
    lost - wait as temps_arret_volontaire,
    case when produces then total - lost else 0 end as temps_production_effectif,
    case when produces then 100 - lost_rate else 0 end as taux_occupation,
    case when produces then wait_rate else 0 end as taux_attente,
    case when produces then lost_rate - wait_rate else 0 end as taux_arret_volontaire,
    case when length(files) <= 255 then files else substr(files, 1, 252) || '...' end as fichier_log_source
from sessions
