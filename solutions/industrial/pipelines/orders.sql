-- Planned roller-shutter orders of the ERP: one row per order header that
--   1. was planned: its journal says so;
--   2. is planned, in production or waiting for glass: its status says so;
--   3. has a shutter box among its accessories.
-- Conditions on child tables are EXISTS, so an order with many events, journal lines and boxes is still one row.
-- The word "Planifiée" is found as the ERP holds it: without accent, with it, and encoded twice.
select
    cast(k.AuNummer as char) as numero_commande,
    coalesce(k.AuAlpha, '') as extension,
    k.AufStatus as status,
    -- The day of the latest journal line that planned the order.
    (
        select cast(l.Datum as date)
        from A_Logbuch l
        where l.ID_A_Kopf = k.ID and l.Notiz regexp 'cde Planifi(e|é|Ã©)e'
        order by l.Datum desc, l.Zeit desc, l.ID desc
        limit 1
    ) as date_modification,
    -- The box of the first position. The space after the letters is part of the code: `S P ` is a box, `S PX` is not.
    (
        select z.ZCode
        from P_Zubeh z
        where z.ID_A_Kopf = k.ID and z.ZCode regexp '^(SOP|S (P|D|Q|T|TAB|TN) )'
        order by z.Position, z.Kennung, z.ZNr
        limit 1
    ) as coffre,
    -- Shutters that are kept in stock have an event `VR…`.
    exists (
        select 1 from A_Vorgang v where v.ID_A_Kopf = k.ID and v.Nummer like '%VR%'
    ) as gestion_en_stock
from A_Kopf k
where k.AufStatus regexp 'Planifi(e|é|Ã©)e|lancer en prod|vitrage'
  and exists (
        select 1 from A_Logbuch l
        where l.ID_A_Kopf = k.ID and l.Notiz regexp 'cde Planifi(e|é|Ã©)e'
  )
  and exists (
        select 1 from P_Zubeh z
        where z.ID_A_Kopf = k.ID and z.ZCode regexp '^(SOP|S (P|D|Q|T|TAB|TN) )'
  )
order by k.AuNummer, k.AuAlpha
