-- Migrations 15d34a743daf1093, PostgreSQL 18
SET LOCAL check_function_bodies = false;
SET LOCAL search_path = '';
ALTER DEFAULT PRIVILEGES FOR ROLE glassine_owner REVOKE ALL ON TABLES FROM glassine_app, glassine_system;
ALTER DEFAULT PRIVILEGES FOR ROLE glassine_owner REVOKE ALL ON SEQUENCES FROM glassine_app, glassine_system;

CREATE FUNCTION public.accounts_email_client_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM sharing_know_client(every.studio_id, every.address::text) FROM (SELECT OLD.studio_id, OLD."to" AS address) AS every;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.accounts_email_client_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.accounts_studio_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO albums_albumchange (id, studio_id, album_id) VALUES (gen_random_uuid(), NEW.id, NULL);
    RETURN NULL;
END
$$;

ALTER FUNCTION public.accounts_studio_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_album_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, id AS album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) - 'updated_at' <> to_jsonb(fresh) - 'updated_at') r UNION ALL SELECT studio_id, id AS album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) - 'updated_at' <> to_jsonb(fresh) - 'updated_at') r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.albums_album_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_photo_appear_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE faces_appearance a SET at = coalesce(NEW.taken_at, 'infinity')
    FROM faces_face f
    WHERE f.studio_id = NEW.studio_id AND f.photo_id = NEW.id AND a.studio_id = f.studio_id AND a.id = f.id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.albums_photo_appear_update() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_photo_count_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    
    INSERT INTO faces_personcount (id, studio_id, person_id, photos, faces)
    SELECT gen_random_uuid(), s.studio_id, s.person_id, sum(s.sign), sum(s.sign * s.n)
    FROM (
        SELECT f.studio_id, f.person_id, c.sign, count(*) AS n
        FROM (SELECT OLD.studio_id, OLD.id, -1 AS sign) c
        JOIN faces_face f ON f.studio_id = c.studio_id AND f.photo_id = c.id AND NOT f.is_ignored
        JOIN faces_person p ON p.studio_id = f.studio_id AND p.id = f.person_id
        GROUP BY f.studio_id, f.person_id, f.photo_id, c.sign
    ) s
    GROUP BY s.studio_id, s.person_id HAVING sum(s.sign) <> 0 OR sum(s.sign * s.n) <> 0;

    RETURN OLD;
END
$$;

ALTER FUNCTION public.albums_photo_count_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_photo_count_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM stale JOIN fresh USING (id) WHERE (stale.trashed_at IS NULL) <> (fresh.trashed_at IS NULL)) THEN
        
    INSERT INTO faces_personcount (id, studio_id, person_id, photos, faces)
    SELECT gen_random_uuid(), s.studio_id, s.person_id, sum(s.sign), sum(s.sign * s.n)
    FROM (
        SELECT f.studio_id, f.person_id, c.sign, count(*) AS n
        FROM (SELECT fresh.studio_id, id, CASE WHEN fresh.trashed_at IS NULL THEN 1 ELSE -1 END AS sign FROM stale JOIN fresh USING (id) WHERE (stale.trashed_at IS NULL) <> (fresh.trashed_at IS NULL)) c
        JOIN faces_face f ON f.studio_id = c.studio_id AND f.photo_id = c.id AND NOT f.is_ignored
        JOIN faces_person p ON p.studio_id = f.studio_id AND p.id = f.person_id
        GROUP BY f.studio_id, f.person_id, f.photo_id, c.sign
    ) s
    GROUP BY s.studio_id, s.person_id HAVING sum(s.sign) <> 0 OR sum(s.sign * s.n) <> 0;

    END IF;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.albums_photo_count_update() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_photo_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT p.studio_id, p.album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) - 'updated_at' - 'fingerprint_version' <> to_jsonb(fresh) - 'updated_at' - 'fingerprint_version') r JOIN albums_placement p ON p.studio_id = r.studio_id AND p.photo_id = r.id UNION ALL SELECT p.studio_id, p.album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) - 'updated_at' - 'fingerprint_version' <> to_jsonb(fresh) - 'updated_at' - 'fingerprint_version') r JOIN albums_placement p ON p.studio_id = r.studio_id AND p.photo_id = r.id) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.albums_photo_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_placement_version_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, album_id FROM (SELECT * FROM stale) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.albums_placement_version_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_placement_version_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, album_id FROM (SELECT * FROM fresh) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.albums_placement_version_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_placement_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r UNION ALL SELECT studio_id, album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.albums_placement_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_section_version_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, album_id FROM (SELECT * FROM stale) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.albums_section_version_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_section_version_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, album_id FROM (SELECT * FROM fresh) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.albums_section_version_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_section_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r UNION ALL SELECT studio_id, album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.albums_section_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_stack_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT p.studio_id, p.album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE (stale.top_id) IS DISTINCT FROM (fresh.top_id)) r JOIN albums_photo f ON f.studio_id = r.studio_id AND f.stack_id = r.id JOIN albums_placement p ON p.studio_id = f.studio_id AND p.photo_id = f.id UNION ALL SELECT p.studio_id, p.album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE (stale.top_id) IS DISTINCT FROM (fresh.top_id)) r JOIN albums_photo f ON f.studio_id = r.studio_id AND f.stack_id = r.id JOIN albums_placement p ON p.studio_id = f.studio_id AND p.photo_id = f.id) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.albums_stack_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_version_version_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT p.studio_id, p.album_id FROM (SELECT * FROM stale) r JOIN albums_placement p ON p.studio_id = r.studio_id AND p.photo_id = r.photo_id) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.albums_version_version_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_version_version_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT p.studio_id, p.album_id FROM (SELECT * FROM fresh) r JOIN albums_placement p ON p.studio_id = r.studio_id AND p.photo_id = r.photo_id) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.albums_version_version_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.albums_version_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT p.studio_id, p.album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r JOIN albums_placement p ON p.studio_id = r.studio_id AND p.photo_id = r.photo_id UNION ALL SELECT p.studio_id, p.album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r JOIN albums_placement p ON p.studio_id = r.studio_id AND p.photo_id = r.photo_id) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.albums_version_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.faces_agree(of_studio uuid, changed uuid[]) RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
    -- Who changes the same photos meanwhile waits here, and the statement below reads what they left.
    PERFORM FROM albums_photo WHERE studio_id = of_studio AND id = ANY (changed) ORDER BY id FOR NO KEY UPDATE;
    UPDATE albums_photo k SET agreement = s.level
    FROM (
        SELECT h.id, CASE
            WHEN bool_or(p.passport = 'no') THEN 0
            WHEN NOT EXISTS (SELECT FROM faces_scan c WHERE c.studio_id = of_studio AND c.photo_id = h.id) THEN 1
            WHEN bool_or(NOT f.is_ignored AND NOT coalesce(p.is_ignored, false)
                AND coalesce(p.passport, '') NOT IN ('yes', 'inside')) THEN 2
            WHEN bool_or(NOT f.is_ignored AND NOT p.is_ignored AND p.passport = 'inside') THEN 3
            ELSE 4
        END AS level
        FROM albums_photo h
        LEFT JOIN faces_face f ON f.studio_id = h.studio_id AND f.photo_id = h.id
        LEFT JOIN faces_person p ON p.studio_id = f.studio_id AND p.id = f.person_id
        WHERE h.studio_id = of_studio AND h.id = ANY (changed)
        GROUP BY h.id
    ) s
    WHERE k.studio_id = of_studio AND k.id = s.id AND k.agreement <> s.level;
END
$$;

ALTER FUNCTION public.faces_agree(of_studio uuid, changed uuid[]) OWNER TO glassine_owner;

CREATE FUNCTION public.faces_face_agree_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM faces_agree(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT studio_id, photo_id FROM stale) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.faces_face_agree_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.faces_face_agree_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM faces_agree(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT studio_id, photo_id FROM fresh) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.faces_face_agree_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.faces_face_agree_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM faces_agree(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT fresh.studio_id, fresh.photo_id FROM stale JOIN fresh USING (id) WHERE (stale.photo_id, stale.person_id, stale.is_ignored) IS DISTINCT FROM (fresh.photo_id, fresh.person_id, fresh.is_ignored) UNION SELECT stale.studio_id, stale.photo_id FROM stale JOIN fresh USING (id) WHERE (stale.photo_id, stale.person_id, stale.is_ignored) IS DISTINCT FROM (fresh.photo_id, fresh.person_id, fresh.is_ignored)) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.faces_face_agree_update() OWNER TO glassine_owner;

CREATE FUNCTION public.faces_face_appear_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    
    PERFORM FROM albums_photo k JOIN (SELECT DISTINCT studio_id, photo_id FROM (SELECT stale.studio_id, id, stale.person_id, stale.photo_id FROM stale WHERE stale.person_id IS NOT NULL AND NOT stale.is_ignored) AS every) c
        ON k.studio_id = c.studio_id AND k.id = c.photo_id ORDER BY k.id FOR NO KEY UPDATE OF k;

    DELETE FROM faces_appearance a USING (SELECT stale.studio_id, id, stale.person_id, stale.photo_id FROM stale WHERE stale.person_id IS NOT NULL AND NOT stale.is_ignored) c WHERE a.studio_id = c.studio_id AND a.id = c.id;

    RETURN NULL;
END
$$;

ALTER FUNCTION public.faces_face_appear_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.faces_face_appear_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    
    PERFORM FROM albums_photo k JOIN (SELECT DISTINCT studio_id, photo_id FROM (SELECT fresh.studio_id, id, fresh.person_id, fresh.photo_id FROM fresh WHERE fresh.person_id IS NOT NULL AND NOT fresh.is_ignored) AS every) c
        ON k.studio_id = c.studio_id AND k.id = c.photo_id ORDER BY k.id FOR NO KEY UPDATE OF k;

    INSERT INTO faces_appearance (id, studio_id, person_id, at)
    SELECT c.id, c.studio_id, c.person_id, coalesce(k.taken_at, 'infinity')
    FROM (SELECT fresh.studio_id, id, fresh.person_id, fresh.photo_id FROM fresh WHERE fresh.person_id IS NOT NULL AND NOT fresh.is_ignored) c JOIN albums_photo k ON k.studio_id = c.studio_id AND k.id = c.photo_id
    ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, at = excluded.at;

    RETURN NULL;
END
$$;

ALTER FUNCTION public.faces_face_appear_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.faces_face_appear_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    
    PERFORM FROM albums_photo k JOIN (SELECT DISTINCT studio_id, photo_id FROM (SELECT stale.studio_id, id, stale.person_id, stale.photo_id FROM stale JOIN fresh USING (id) WHERE (stale.photo_id, stale.person_id, stale.is_ignored) IS DISTINCT FROM (fresh.photo_id, fresh.person_id, fresh.is_ignored) AND stale.person_id IS NOT NULL AND NOT stale.is_ignored UNION ALL SELECT fresh.studio_id, id, fresh.person_id, fresh.photo_id FROM stale JOIN fresh USING (id) WHERE (stale.photo_id, stale.person_id, stale.is_ignored) IS DISTINCT FROM (fresh.photo_id, fresh.person_id, fresh.is_ignored) AND fresh.person_id IS NOT NULL AND NOT fresh.is_ignored) AS every) c
        ON k.studio_id = c.studio_id AND k.id = c.photo_id ORDER BY k.id FOR NO KEY UPDATE OF k;

    DELETE FROM faces_appearance a USING (SELECT stale.studio_id, id, stale.person_id, stale.photo_id FROM stale JOIN fresh USING (id) WHERE (stale.photo_id, stale.person_id, stale.is_ignored) IS DISTINCT FROM (fresh.photo_id, fresh.person_id, fresh.is_ignored) AND stale.person_id IS NOT NULL AND NOT stale.is_ignored) c WHERE a.studio_id = c.studio_id AND a.id = c.id;

    INSERT INTO faces_appearance (id, studio_id, person_id, at)
    SELECT c.id, c.studio_id, c.person_id, coalesce(k.taken_at, 'infinity')
    FROM (SELECT fresh.studio_id, id, fresh.person_id, fresh.photo_id FROM stale JOIN fresh USING (id) WHERE (stale.photo_id, stale.person_id, stale.is_ignored) IS DISTINCT FROM (fresh.photo_id, fresh.person_id, fresh.is_ignored) AND fresh.person_id IS NOT NULL AND NOT fresh.is_ignored) c JOIN albums_photo k ON k.studio_id = c.studio_id AND k.id = c.photo_id
    ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, at = excluded.at;

    RETURN NULL;
END
$$;

ALTER FUNCTION public.faces_face_appear_update() OWNER TO glassine_owner;

CREATE FUNCTION public.faces_face_count_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM FROM albums_photo k JOIN (SELECT DISTINCT studio_id, photo_id FROM (SELECT stale.studio_id, stale.person_id, stale.photo_id, -1 AS n FROM stale WHERE stale.person_id IS NOT NULL AND NOT stale.is_ignored AND true) AS every) c
        ON k.studio_id = c.studio_id AND k.id = c.photo_id ORDER BY k.id FOR NO KEY UPDATE OF k;
    INSERT INTO faces_personcount (id, studio_id, person_id, photos, faces)
    SELECT gen_random_uuid(), s.studio_id, s.person_id, sum(s.photos), sum(s.faces)
    FROM (
        SELECT d.studio_id, d.person_id, d.n AS faces, (l.n > 0)::int - (l.n > d.n)::int AS photos
        FROM (
            SELECT studio_id, person_id, photo_id, sum(n) AS n FROM (SELECT stale.studio_id, stale.person_id, stale.photo_id, -1 AS n FROM stale WHERE stale.person_id IS NOT NULL AND NOT stale.is_ignored AND true) AS every
            GROUP BY studio_id, person_id, photo_id
        ) d
        JOIN albums_photo k ON k.studio_id = d.studio_id AND k.id = d.photo_id AND k.trashed_at IS NULL
        CROSS JOIN LATERAL (
            SELECT count(*) AS n FROM faces_face f WHERE f.studio_id = d.studio_id AND f.person_id = d.person_id
                AND f.photo_id = d.photo_id AND NOT f.is_ignored
        ) l
    ) s
    JOIN faces_person p ON p.studio_id = s.studio_id AND p.id = s.person_id
    GROUP BY s.studio_id, s.person_id HAVING sum(s.photos) <> 0 OR sum(s.faces) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.faces_face_count_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.faces_face_count_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM FROM albums_photo k JOIN (SELECT DISTINCT studio_id, photo_id FROM (SELECT fresh.studio_id, fresh.person_id, fresh.photo_id, 1 AS n FROM fresh WHERE fresh.person_id IS NOT NULL AND NOT fresh.is_ignored AND true) AS every) c
        ON k.studio_id = c.studio_id AND k.id = c.photo_id ORDER BY k.id FOR NO KEY UPDATE OF k;
    INSERT INTO faces_personcount (id, studio_id, person_id, photos, faces)
    SELECT gen_random_uuid(), s.studio_id, s.person_id, sum(s.photos), sum(s.faces)
    FROM (
        SELECT d.studio_id, d.person_id, d.n AS faces, (l.n > 0)::int - (l.n > d.n)::int AS photos
        FROM (
            SELECT studio_id, person_id, photo_id, sum(n) AS n FROM (SELECT fresh.studio_id, fresh.person_id, fresh.photo_id, 1 AS n FROM fresh WHERE fresh.person_id IS NOT NULL AND NOT fresh.is_ignored AND true) AS every
            GROUP BY studio_id, person_id, photo_id
        ) d
        JOIN albums_photo k ON k.studio_id = d.studio_id AND k.id = d.photo_id AND k.trashed_at IS NULL
        CROSS JOIN LATERAL (
            SELECT count(*) AS n FROM faces_face f WHERE f.studio_id = d.studio_id AND f.person_id = d.person_id
                AND f.photo_id = d.photo_id AND NOT f.is_ignored
        ) l
    ) s
    JOIN faces_person p ON p.studio_id = s.studio_id AND p.id = s.person_id
    GROUP BY s.studio_id, s.person_id HAVING sum(s.photos) <> 0 OR sum(s.faces) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.faces_face_count_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.faces_face_count_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM FROM albums_photo k JOIN (SELECT DISTINCT studio_id, photo_id FROM (SELECT fresh.studio_id, fresh.person_id, fresh.photo_id, 1 AS n FROM stale JOIN fresh USING (id) WHERE fresh.person_id IS NOT NULL AND NOT fresh.is_ignored AND (stale.photo_id, stale.person_id, stale.is_ignored) IS DISTINCT FROM (fresh.photo_id, fresh.person_id, fresh.is_ignored) UNION ALL SELECT stale.studio_id, stale.person_id, stale.photo_id, -1 AS n FROM stale JOIN fresh USING (id) WHERE stale.person_id IS NOT NULL AND NOT stale.is_ignored AND (stale.photo_id, stale.person_id, stale.is_ignored) IS DISTINCT FROM (fresh.photo_id, fresh.person_id, fresh.is_ignored)) AS every) c
        ON k.studio_id = c.studio_id AND k.id = c.photo_id ORDER BY k.id FOR NO KEY UPDATE OF k;
    INSERT INTO faces_personcount (id, studio_id, person_id, photos, faces)
    SELECT gen_random_uuid(), s.studio_id, s.person_id, sum(s.photos), sum(s.faces)
    FROM (
        SELECT d.studio_id, d.person_id, d.n AS faces, (l.n > 0)::int - (l.n > d.n)::int AS photos
        FROM (
            SELECT studio_id, person_id, photo_id, sum(n) AS n FROM (SELECT fresh.studio_id, fresh.person_id, fresh.photo_id, 1 AS n FROM stale JOIN fresh USING (id) WHERE fresh.person_id IS NOT NULL AND NOT fresh.is_ignored AND (stale.photo_id, stale.person_id, stale.is_ignored) IS DISTINCT FROM (fresh.photo_id, fresh.person_id, fresh.is_ignored) UNION ALL SELECT stale.studio_id, stale.person_id, stale.photo_id, -1 AS n FROM stale JOIN fresh USING (id) WHERE stale.person_id IS NOT NULL AND NOT stale.is_ignored AND (stale.photo_id, stale.person_id, stale.is_ignored) IS DISTINCT FROM (fresh.photo_id, fresh.person_id, fresh.is_ignored)) AS every
            GROUP BY studio_id, person_id, photo_id
        ) d
        JOIN albums_photo k ON k.studio_id = d.studio_id AND k.id = d.photo_id AND k.trashed_at IS NULL
        CROSS JOIN LATERAL (
            SELECT count(*) AS n FROM faces_face f WHERE f.studio_id = d.studio_id AND f.person_id = d.person_id
                AND f.photo_id = d.photo_id AND NOT f.is_ignored
        ) l
    ) s
    JOIN faces_person p ON p.studio_id = s.studio_id AND p.id = s.person_id
    GROUP BY s.studio_id, s.person_id HAVING sum(s.photos) <> 0 OR sum(s.faces) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.faces_face_count_update() OWNER TO glassine_owner;

CREATE FUNCTION public.faces_face_measured() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.embedding IS NOT DISTINCT FROM OLD.embedding THEN
        NEW.measured := OLD.measured;
    ELSE
        PERFORM pg_advisory_xact_lock(hashtextextended('faces:' || NEW.studio_id::text, 7));
        NEW.measured := nextval('faces_face_measured');
    END IF;
    RETURN NEW;
END
$$;

ALTER FUNCTION public.faces_face_measured() OWNER TO glassine_owner;

CREATE FUNCTION public.faces_person_agree_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM faces_agree(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT f.studio_id, f.photo_id FROM faces_face f JOIN (SELECT fresh.studio_id, id FROM stale JOIN fresh USING (id) WHERE (stale.passport, stale.is_ignored) IS DISTINCT FROM (fresh.passport, fresh.is_ignored)) AS who ON f.studio_id = who.studio_id AND f.person_id = who.id) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.faces_person_agree_update() OWNER TO glassine_owner;

CREATE FUNCTION public.faces_person_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT p.studio_id, p.album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE (stale.name, stale.is_hidden, stale.is_ignored, stale.passport, stale.thumbnail_id) IS DISTINCT FROM (fresh.name, fresh.is_hidden, fresh.is_ignored, fresh.passport, fresh.thumbnail_id)) r JOIN faces_face f ON f.studio_id = r.studio_id AND f.person_id = r.id JOIN albums_placement p ON p.studio_id = f.studio_id AND p.photo_id = f.photo_id UNION ALL SELECT p.studio_id, p.album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE (stale.name, stale.is_hidden, stale.is_ignored, stale.passport, stale.thumbnail_id) IS DISTINCT FROM (fresh.name, fresh.is_hidden, fresh.is_ignored, fresh.passport, fresh.thumbnail_id)) r JOIN faces_face f ON f.studio_id = r.studio_id AND f.person_id = r.id JOIN albums_placement p ON p.studio_id = f.studio_id AND p.photo_id = f.photo_id) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.faces_person_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.faces_scan_agree_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM faces_agree(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT studio_id, photo_id FROM stale) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.faces_scan_agree_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.faces_scan_agree_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM faces_agree(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT studio_id, photo_id FROM fresh) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.faces_scan_agree_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.library_accounts_studio_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM library_refresh(NEW.id, array_agg(p.id)) FROM albums_photo p
    WHERE p.studio_id = NEW.id AND p.trashed_at IS NULL
        AND (p.taken_at IS NULL OR (p.taken_offset IS NULL AND (p.taken_by_hand OR p.facts ->> 'taken_at' IS NULL)))
    HAVING count(*) > 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_accounts_studio_update() OWNER TO glassine_owner;

CREATE FUNCTION public.library_albums_album_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM library_refresh(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT o.studio_id, o.photo_id FROM stale JOIN fresh USING (id) JOIN albums_placement o ON o.studio_id = fresh.studio_id AND o.album_id = fresh.id WHERE stale.trashed_at IS DISTINCT FROM fresh.trashed_at) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_albums_album_update() OWNER TO glassine_owner;

CREATE FUNCTION public.library_albums_photo_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM library_refresh(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT fresh.studio_id, fresh.id AS photo_id FROM stale JOIN fresh USING (id) WHERE (stale.camera_name, stale.caption, stale.keywords, stale.place, stale.facts, stale.taken_at, stale.taken_offset, stale.taken_by_hand, stale.rating, stale.label, stale.flag, stale.trashed_at, stale.photographer, stale.kind, stale.state, stale.approved_at, stale.stack_id) IS DISTINCT FROM (fresh.camera_name, fresh.caption, fresh.keywords, fresh.place, fresh.facts, fresh.taken_at, fresh.taken_offset, fresh.taken_by_hand, fresh.rating, fresh.label, fresh.flag, fresh.trashed_at, fresh.photographer, fresh.kind, fresh.state, fresh.approved_at, fresh.stack_id)) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_albums_photo_update() OWNER TO glassine_owner;

CREATE FUNCTION public.library_albums_photo_values_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO library_valuecount (id, studio_id, facet, value, photos)
    SELECT gen_random_uuid(), c.studio_id, c.facet, c.value, sum(c.one)
    FROM (SELECT r.studio_id, v.facet, v.value, -1 AS one FROM stale r  CROSS JOIN LATERAL library_values_of_photo(r.approved_at, r.state, r.created_at, r.keywords, r.trashed_at) v) AS c
    WHERE EXISTS (SELECT FROM accounts_studio s WHERE s.id = c.studio_id)
    GROUP BY c.studio_id, c.facet, c.value HAVING sum(c.one) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_albums_photo_values_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.library_albums_photo_values_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO library_valuecount (id, studio_id, facet, value, photos)
    SELECT gen_random_uuid(), c.studio_id, c.facet, c.value, sum(c.one)
    FROM (SELECT r.studio_id, v.facet, v.value, 1 AS one FROM fresh r  CROSS JOIN LATERAL library_values_of_photo(r.approved_at, r.state, r.created_at, r.keywords, r.trashed_at) v) AS c
    WHERE EXISTS (SELECT FROM accounts_studio s WHERE s.id = c.studio_id)
    GROUP BY c.studio_id, c.facet, c.value HAVING sum(c.one) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_albums_photo_values_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.library_albums_photo_values_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO library_valuecount (id, studio_id, facet, value, photos)
    SELECT gen_random_uuid(), c.studio_id, c.facet, c.value, sum(c.one)
    FROM (SELECT r.studio_id, v.facet, v.value, 1 AS one FROM fresh r JOIN stale o ON o.id = r.id AND (r.approved_at, r.state, r.created_at, r.keywords, r.trashed_at) IS DISTINCT FROM (o.approved_at, o.state, o.created_at, o.keywords, o.trashed_at) CROSS JOIN LATERAL library_values_of_photo(r.approved_at, r.state, r.created_at, r.keywords, r.trashed_at) v UNION ALL SELECT r.studio_id, v.facet, v.value, -1 AS one FROM stale r JOIN fresh o ON o.id = r.id AND (r.approved_at, r.state, r.created_at, r.keywords, r.trashed_at) IS DISTINCT FROM (o.approved_at, o.state, o.created_at, o.keywords, o.trashed_at) CROSS JOIN LATERAL library_values_of_photo(r.approved_at, r.state, r.created_at, r.keywords, r.trashed_at) v) AS c
    WHERE EXISTS (SELECT FROM accounts_studio s WHERE s.id = c.studio_id)
    GROUP BY c.studio_id, c.facet, c.value HAVING sum(c.one) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_albums_photo_values_update() OWNER TO glassine_owner;

CREATE FUNCTION public.library_albums_placement_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM library_refresh(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT studio_id, photo_id FROM stale) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_albums_placement_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.library_albums_placement_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM library_refresh(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT studio_id, photo_id FROM fresh) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_albums_placement_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.library_albums_placement_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM library_refresh(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT fresh.studio_id, fresh.photo_id FROM stale JOIN fresh USING (id) WHERE (stale.album_id, stale.section_id, stale.photo_id, stale.trashed_at) IS DISTINCT FROM (fresh.album_id, fresh.section_id, fresh.photo_id, fresh.trashed_at) UNION SELECT stale.studio_id, stale.photo_id FROM stale JOIN fresh USING (id) WHERE (stale.album_id, stale.section_id, stale.photo_id, stale.trashed_at) IS DISTINCT FROM (fresh.album_id, fresh.section_id, fresh.photo_id, fresh.trashed_at)) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_albums_placement_update() OWNER TO glassine_owner;

CREATE FUNCTION public.library_albums_stack_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE albums_photo SET stack_id = NULL WHERE studio_id = OLD.studio_id AND stack_id = OLD.id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_albums_stack_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.library_albums_stack_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM library_refresh(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT p.studio_id, p.id AS photo_id FROM fresh JOIN albums_photo p ON p.studio_id = fresh.studio_id AND p.stack_id = fresh.id) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_albums_stack_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.library_albums_stack_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM library_refresh(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT p.studio_id, p.id AS photo_id FROM fresh JOIN albums_photo p ON p.studio_id = fresh.studio_id AND p.stack_id = fresh.id JOIN stale ON stale.id = fresh.id WHERE stale.kind <> fresh.kind) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_albums_stack_update() OWNER TO glassine_owner;

CREATE FUNCTION public.library_boxes(lat double precision, lon double precision, km double precision) RETURNS SETOF box
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    WITH reach AS (
        SELECT lat - degrees(km / 6371.0088) AS south, lat + degrees(km / 6371.0088) AS north,
            CASE WHEN abs(lat) + degrees(km / 6371.0088) >= 90 THEN 180
                ELSE degrees(asin(sin(km / 6371.0088) / cosd(lat))) END AS side
    )
    SELECT box(point(greatest(-180, lon - side), south), point(least(180, lon + side), north)) FROM reach
    UNION ALL
    SELECT box(point(lon - side + 360, south), point(180, north)) FROM reach WHERE lon - side < -180
    UNION ALL
    SELECT box(point(-180, south), point(lon + side - 360, north)) FROM reach WHERE lon + side > 180
$$;

ALTER FUNCTION public.library_boxes(lat double precision, lon double precision, km double precision) OWNER TO glassine_owner;

CREATE FUNCTION public.library_camera(make text, model text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT CASE
        WHEN make = '' OR lower(split_part(model, ' ', 1)) = lower(split_part(make, ' ', 1)) THEN model
        ELSE left(trim(make || ' ' || model), 241)
    END
$$;

ALTER FUNCTION public.library_camera(make text, model text) OWNER TO glassine_owner;

CREATE FUNCTION public.library_faces_face_persons_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    
    PERFORM FROM library_libraryphoto l JOIN (SELECT DISTINCT studio_id, photo_id FROM (SELECT stale.studio_id, id, stale.person_id, stale.photo_id FROM stale WHERE stale.person_id IS NOT NULL AND NOT stale.is_ignored) AS every) c
        ON l.studio_id = c.studio_id AND l.id = c.photo_id ORDER BY l.id FOR NO KEY UPDATE OF l;

    DELETE FROM library_personphoto k USING (SELECT stale.studio_id, id, stale.person_id, stale.photo_id FROM stale WHERE stale.person_id IS NOT NULL AND NOT stale.is_ignored) c WHERE k.studio_id = c.studio_id AND k.id = c.id;

    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_faces_face_persons_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.library_faces_face_persons_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    
    PERFORM FROM library_libraryphoto l JOIN (SELECT DISTINCT studio_id, photo_id FROM (SELECT fresh.studio_id, id, fresh.person_id, fresh.photo_id FROM fresh WHERE fresh.person_id IS NOT NULL AND NOT fresh.is_ignored) AS every) c
        ON l.studio_id = c.studio_id AND l.id = c.photo_id ORDER BY l.id FOR NO KEY UPDATE OF l;

    INSERT INTO library_personphoto (id, studio_id, person_id, photo_id, wall, is_dated, kind, tier, stacked, rating, label, flag)
    SELECT c.id, c.studio_id, c.person_id, l.id, l.wall, l.is_dated, l.kind, l.tier, l.stacked, l.rating, l.label, l.flag
    FROM (SELECT fresh.studio_id, id, fresh.person_id, fresh.photo_id FROM fresh WHERE fresh.person_id IS NOT NULL AND NOT fresh.is_ignored) c JOIN library_libraryphoto l ON l.studio_id = c.studio_id AND l.id = c.photo_id
    ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, photo_id = excluded.photo_id, wall = excluded.wall, is_dated = excluded.is_dated, kind = excluded.kind, tier = excluded.tier, stacked = excluded.stacked, rating = excluded.rating, label = excluded.label, flag = excluded.flag;

    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_faces_face_persons_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.library_faces_face_persons_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    
    PERFORM FROM library_libraryphoto l JOIN (SELECT DISTINCT studio_id, photo_id FROM (SELECT stale.studio_id, id, stale.person_id, stale.photo_id FROM stale JOIN fresh USING (id) WHERE (stale.photo_id, stale.person_id, stale.is_ignored) IS DISTINCT FROM (fresh.photo_id, fresh.person_id, fresh.is_ignored) AND stale.person_id IS NOT NULL AND NOT stale.is_ignored UNION ALL SELECT fresh.studio_id, id, fresh.person_id, fresh.photo_id FROM stale JOIN fresh USING (id) WHERE (stale.photo_id, stale.person_id, stale.is_ignored) IS DISTINCT FROM (fresh.photo_id, fresh.person_id, fresh.is_ignored) AND fresh.person_id IS NOT NULL AND NOT fresh.is_ignored) AS every) c
        ON l.studio_id = c.studio_id AND l.id = c.photo_id ORDER BY l.id FOR NO KEY UPDATE OF l;

    DELETE FROM library_personphoto k USING (SELECT stale.studio_id, id, stale.person_id, stale.photo_id FROM stale JOIN fresh USING (id) WHERE (stale.photo_id, stale.person_id, stale.is_ignored) IS DISTINCT FROM (fresh.photo_id, fresh.person_id, fresh.is_ignored) AND stale.person_id IS NOT NULL AND NOT stale.is_ignored) c WHERE k.studio_id = c.studio_id AND k.id = c.id;

    INSERT INTO library_personphoto (id, studio_id, person_id, photo_id, wall, is_dated, kind, tier, stacked, rating, label, flag)
    SELECT c.id, c.studio_id, c.person_id, l.id, l.wall, l.is_dated, l.kind, l.tier, l.stacked, l.rating, l.label, l.flag
    FROM (SELECT fresh.studio_id, id, fresh.person_id, fresh.photo_id FROM stale JOIN fresh USING (id) WHERE (stale.photo_id, stale.person_id, stale.is_ignored) IS DISTINCT FROM (fresh.photo_id, fresh.person_id, fresh.is_ignored) AND fresh.person_id IS NOT NULL AND NOT fresh.is_ignored) c JOIN library_libraryphoto l ON l.studio_id = c.studio_id AND l.id = c.photo_id
    ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, photo_id = excluded.photo_id, wall = excluded.wall, is_dated = excluded.is_dated, kind = excluded.kind, tier = excluded.tier, stacked = excluded.stacked, rating = excluded.rating, label = excluded.label, flag = excluded.flag;

    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_faces_face_persons_update() OWNER TO glassine_owner;

CREATE FUNCTION public.library_fold(said text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT replace(replace(replace(replace(replace(replace(
        regexp_replace(lower(normalize(said, NFKD)), '[\u0300-\u036f]', '', 'g'),
        'ß', 'ss'), 'ø', 'o'), 'æ', 'ae'), 'œ', 'oe'), 'ł', 'l'), 'đ', 'd')
$$;

ALTER FUNCTION public.library_fold(said text) OWNER TO glassine_owner;

CREATE FUNCTION public.library_km(lat1 double precision, lon1 double precision, lat2 double precision, lon2 double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT 2 * 6371.0088 * asin(least(1, sqrt(
        power(sind((lat2 - lat1) / 2), 2) + cosd(lat1) * cosd(lat2) * power(sind((lon2 - lon1) / 2), 2)
    )))
$$;

ALTER FUNCTION public.library_km(lat1 double precision, lon1 double precision, lat2 double precision, lon2 double precision) OWNER TO glassine_owner;

CREATE FUNCTION public.library_library_libraryphoto_persons_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    
    IF NOT EXISTS (SELECT FROM fresh) THEN
        RETURN NULL;
    END IF;
    PERFORM FROM albums_photo k JOIN fresh ON k.studio_id = fresh.studio_id AND k.id = fresh.id
    ORDER BY k.id FOR SHARE OF k;
    INSERT INTO library_personphoto (id, studio_id, person_id, photo_id, wall, is_dated, kind, tier, stacked, rating, label, flag)
    SELECT f.id, l.studio_id, f.person_id, l.id, l.wall, l.is_dated, l.kind, l.tier, l.stacked, l.rating, l.label, l.flag
    FROM fresh l CROSS JOIN LATERAL (
        SELECT f.id, f.person_id FROM faces_face f
        WHERE f.studio_id = l.studio_id AND f.photo_id = l.id AND f.person_id IS NOT NULL AND NOT f.is_ignored OFFSET 0
    ) AS f
    ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, photo_id = excluded.photo_id, wall = excluded.wall, is_dated = excluded.is_dated, kind = excluded.kind, tier = excluded.tier, stacked = excluded.stacked, rating = excluded.rating, label = excluded.label, flag = excluded.flag;

    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_library_libraryphoto_persons_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.library_library_libraryphoto_persons_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    
    UPDATE library_personphoto k SET wall = fresh.wall, is_dated = fresh.is_dated, kind = fresh.kind, tier = fresh.tier, stacked = fresh.stacked, rating = fresh.rating, label = fresh.label, flag = fresh.flag
    FROM stale JOIN fresh USING (id)
    WHERE (stale.wall, stale.is_dated, stale.kind, stale.tier, stale.stacked, stale.rating, stale.label, stale.flag) IS DISTINCT FROM (fresh.wall, fresh.is_dated, fresh.kind, fresh.tier, fresh.stacked, fresh.rating, fresh.label, fresh.flag) AND k.studio_id = fresh.studio_id AND k.photo_id = fresh.id;

    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_library_libraryphoto_persons_update() OWNER TO glassine_owner;

CREATE FUNCTION public.library_library_libraryphoto_values_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO library_valuecount (id, studio_id, facet, value, photos)
    SELECT gen_random_uuid(), c.studio_id, c.facet, c.value, sum(c.one)
    FROM (SELECT r.studio_id, v.facet, v.value, -1 AS one FROM stale r  CROSS JOIN LATERAL library_values_of_row(r.camera, r.lens, r.photographer, r.rating, r.label, r.flag, r.wall, r.country, r.city, r.keywords) v) AS c
    WHERE EXISTS (SELECT FROM accounts_studio s WHERE s.id = c.studio_id)
    GROUP BY c.studio_id, c.facet, c.value HAVING sum(c.one) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_library_libraryphoto_values_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.library_library_libraryphoto_values_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO library_valuecount (id, studio_id, facet, value, photos)
    SELECT gen_random_uuid(), c.studio_id, c.facet, c.value, sum(c.one)
    FROM (SELECT r.studio_id, v.facet, v.value, 1 AS one FROM fresh r  CROSS JOIN LATERAL library_values_of_row(r.camera, r.lens, r.photographer, r.rating, r.label, r.flag, r.wall, r.country, r.city, r.keywords) v) AS c
    WHERE EXISTS (SELECT FROM accounts_studio s WHERE s.id = c.studio_id)
    GROUP BY c.studio_id, c.facet, c.value HAVING sum(c.one) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_library_libraryphoto_values_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.library_library_libraryphoto_values_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO library_valuecount (id, studio_id, facet, value, photos)
    SELECT gen_random_uuid(), c.studio_id, c.facet, c.value, sum(c.one)
    FROM (SELECT r.studio_id, v.facet, v.value, 1 AS one FROM fresh r JOIN stale o ON o.id = r.id AND (r.camera, r.lens, r.photographer, r.rating, r.label, r.flag, r.wall, r.country, r.city, r.keywords) IS DISTINCT FROM (o.camera, o.lens, o.photographer, o.rating, o.label, o.flag, o.wall, o.country, o.city, o.keywords) CROSS JOIN LATERAL library_values_of_row(r.camera, r.lens, r.photographer, r.rating, r.label, r.flag, r.wall, r.country, r.city, r.keywords) v UNION ALL SELECT r.studio_id, v.facet, v.value, -1 AS one FROM stale r JOIN fresh o ON o.id = r.id AND (r.camera, r.lens, r.photographer, r.rating, r.label, r.flag, r.wall, r.country, r.city, r.keywords) IS DISTINCT FROM (o.camera, o.lens, o.photographer, o.rating, o.label, o.flag, o.wall, o.country, o.city, o.keywords) CROSS JOIN LATERAL library_values_of_row(r.camera, r.lens, r.photographer, r.rating, r.label, r.flag, r.wall, r.country, r.city, r.keywords) v) AS c
    WHERE EXISTS (SELECT FROM accounts_studio s WHERE s.id = c.studio_id)
    GROUP BY c.studio_id, c.facet, c.value HAVING sum(c.one) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_library_libraryphoto_values_update() OWNER TO glassine_owner;

CREATE FUNCTION public.library_library_photoplace_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM library_refresh(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT studio_id, photo_id FROM stale) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_library_photoplace_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.library_library_photoplace_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM library_refresh(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT studio_id, photo_id FROM fresh) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_library_photoplace_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.library_library_photoplace_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM library_refresh(studio_id, array_agg(DISTINCT photo_id)) FROM (SELECT fresh.studio_id, fresh.photo_id FROM stale JOIN fresh USING (id) WHERE (stale.latitude, stale.longitude, stale.by_hand, stale.country, stale.city, stale.named_id) IS DISTINCT FROM (fresh.latitude, fresh.longitude, fresh.by_hand, fresh.country, fresh.city, fresh.named_id)) AS found GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_library_photoplace_update() OWNER TO glassine_owner;

CREATE FUNCTION public.library_libraryphoto_months_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO library_monthcount (id, studio_id, month, photos)
    SELECT gen_random_uuid(), studio_id, month, sum(one)
    FROM (SELECT studio_id, date_trunc('month', wall AT TIME ZONE 'UTC')::date AS month, one FROM (SELECT studio_id, wall, -1 AS one FROM stale) AS c) AS m
    WHERE EXISTS (SELECT FROM accounts_studio s WHERE s.id = m.studio_id)
    GROUP BY studio_id, month HAVING sum(one) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_libraryphoto_months_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.library_libraryphoto_months_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO library_monthcount (id, studio_id, month, photos)
    SELECT gen_random_uuid(), studio_id, month, sum(one)
    FROM (SELECT studio_id, date_trunc('month', wall AT TIME ZONE 'UTC')::date AS month, one FROM (SELECT studio_id, wall, 1 AS one FROM fresh) AS c) AS m
    WHERE EXISTS (SELECT FROM accounts_studio s WHERE s.id = m.studio_id)
    GROUP BY studio_id, month HAVING sum(one) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_libraryphoto_months_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.library_libraryphoto_months_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO library_monthcount (id, studio_id, month, photos)
    SELECT gen_random_uuid(), studio_id, month, sum(one)
    FROM (SELECT studio_id, date_trunc('month', wall AT TIME ZONE 'UTC')::date AS month, one FROM (SELECT studio_id, wall, -1 AS one FROM stale UNION ALL SELECT studio_id, wall, 1 AS one FROM fresh) AS c) AS m
    WHERE EXISTS (SELECT FROM accounts_studio s WHERE s.id = m.studio_id)
    GROUP BY studio_id, month HAVING sum(one) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_libraryphoto_months_update() OWNER TO glassine_owner;

CREATE FUNCTION public.library_libraryphoto_squares_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO library_mapchange (id, studio_id, x, y, photos, latitudes, longitudes)
    SELECT gen_random_uuid(), studio_id, library_map_x(longitude), library_map_y(latitude), sum(one),
        sum(one * round(latitude * 1e7)::bigint), sum(one * round(longitude * 1e7)::bigint)
    FROM (SELECT stale.studio_id, stale.latitude, stale.longitude, -1 AS one FROM stale) AS changed
    WHERE latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180 AND EXISTS (SELECT FROM accounts_studio s WHERE s.id = studio_id)
    GROUP BY 2, 3, 4
    HAVING sum(one) <> 0 OR sum(one * round(latitude * 1e7)::bigint) <> 0
        OR sum(one * round(longitude * 1e7)::bigint) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_libraryphoto_squares_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.library_libraryphoto_squares_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO library_mapchange (id, studio_id, x, y, photos, latitudes, longitudes)
    SELECT gen_random_uuid(), studio_id, library_map_x(longitude), library_map_y(latitude), sum(one),
        sum(one * round(latitude * 1e7)::bigint), sum(one * round(longitude * 1e7)::bigint)
    FROM (SELECT fresh.studio_id, fresh.latitude, fresh.longitude, 1 AS one FROM fresh) AS changed
    WHERE latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180 AND EXISTS (SELECT FROM accounts_studio s WHERE s.id = studio_id)
    GROUP BY 2, 3, 4
    HAVING sum(one) <> 0 OR sum(one * round(latitude * 1e7)::bigint) <> 0
        OR sum(one * round(longitude * 1e7)::bigint) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_libraryphoto_squares_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.library_libraryphoto_squares_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO library_mapchange (id, studio_id, x, y, photos, latitudes, longitudes)
    SELECT gen_random_uuid(), studio_id, library_map_x(longitude), library_map_y(latitude), sum(one),
        sum(one * round(latitude * 1e7)::bigint), sum(one * round(longitude * 1e7)::bigint)
    FROM (SELECT fresh.studio_id, fresh.latitude, fresh.longitude, 1 AS one FROM stale JOIN fresh USING (id) WHERE (stale.latitude, stale.longitude) IS DISTINCT FROM (fresh.latitude, fresh.longitude) UNION ALL SELECT stale.studio_id, stale.latitude, stale.longitude, -1 AS one FROM stale JOIN fresh USING (id) WHERE (stale.latitude, stale.longitude) IS DISTINCT FROM (fresh.latitude, fresh.longitude)) AS changed
    WHERE latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180 AND EXISTS (SELECT FROM accounts_studio s WHERE s.id = studio_id)
    GROUP BY 2, 3, 4
    HAVING sum(one) <> 0 OR sum(one * round(latitude * 1e7)::bigint) <> 0
        OR sum(one * round(longitude * 1e7)::bigint) <> 0;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_libraryphoto_squares_update() OWNER TO glassine_owner;

CREATE FUNCTION public.library_map_x(longitude double precision) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT least(floor((longitude + 180) * 1048576 / 360), 1048575)::integer
$$;

ALTER FUNCTION public.library_map_x(longitude double precision) OWNER TO glassine_owner;

CREATE FUNCTION public.library_map_y(latitude double precision) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT floor((latitude + 90) * 1048576 / 360)::integer
$$;

ALTER FUNCTION public.library_map_y(latitude double precision) OWNER TO glassine_owner;

CREATE FUNCTION public.library_name(said text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT to_tsvector('simple', words)
        || to_tsvector('simple', regexp_replace(words, '([[:alpha:]])([[:digit:]])', '\1 \2', 'g'))
        || to_tsvector('simple', coalesce(ltrim(substring(words FROM '[[:digit:]]+'), '0'), ''))
    FROM (SELECT library_words(said) || ' ' AS words) AS folded
$$;

ALTER FUNCTION public.library_name(said text) OWNER TO glassine_owner;

CREATE FUNCTION public.library_number(facts jsonb, name text) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT CASE WHEN jsonb_typeof(facts -> name) = 'number' THEN (facts ->> name)::double precision END
$$;

ALTER FUNCTION public.library_number(facts jsonb, name text) OWNER TO glassine_owner;

CREATE FUNCTION public.library_refresh(of_studio uuid, changed uuid[]) RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    seen uuid[];
    known uuid[];
    taken bigint;
BEGIN
    -- Who changes the same photo meanwhile waits here, and the statements below read what they left.
    known := ARRAY(
        SELECT id FROM library_libraryphoto WHERE studio_id = of_studio AND id = ANY (changed) ORDER BY id FOR UPDATE
    );
    -- One table after the other, each by ids: of a studio that statistics do not know yet the planner expects one
    -- row, takes a join of these tables for cheap and reads the whole studio for each of its photos.
    SELECT coalesce(array_agg(id), '{}') INTO seen FROM albums_photo
    WHERE studio_id = of_studio AND id = ANY (changed) AND trashed_at IS NULL;
    SELECT coalesce(array_agg(DISTINCT photo_id), '{}') INTO seen FROM albums_placement
    WHERE studio_id = of_studio AND photo_id = ANY (seen) AND trashed_at IS NULL AND album_id = ANY (
        ARRAY(SELECT id FROM albums_album WHERE studio_id = of_studio AND trashed_at IS NULL)
    );
    IF EXISTS (SELECT unnest(known) EXCEPT SELECT unnest(seen)) THEN
        DELETE FROM library_libraryphoto
        WHERE studio_id = of_studio AND id = ANY (known) AND NOT id = ANY (seen);
    END IF;
    IF cardinality(seen) = 0 THEN
        RETURN;
    END IF;
    IF cardinality(known) = 0 THEN
        INSERT INTO library_libraryphoto (id, studio_id, photo_id, wall, is_dated, uploaded_at, camera, lens, iso, aperture, exposure, focal_length, latitude, longitude, rating, label, flag, keywords, words, country, city, named_id, photographer, kind, tier, stacked, has_problem)
        SELECT id, studio_id, photo_id, wall, is_dated, uploaded_at, camera, lens, iso, aperture, exposure, focal_length, latitude, longitude, rating, label, flag, keywords, words, country, city, named_id, photographer, kind, tier, stacked, has_problem FROM library_source WHERE studio_id = of_studio AND id = ANY (seen) ORDER BY id
        ON CONFLICT (id) DO NOTHING;
        GET DIAGNOSTICS taken = ROW_COUNT;
        -- Else somebody else took one in at the same moment, and may have seen it otherwise.
        IF taken = cardinality(seen) THEN
            RETURN;
        END IF;
    END IF;
    INSERT INTO library_libraryphoto (id, studio_id, photo_id, wall, is_dated, uploaded_at, camera, lens, iso, aperture, exposure, focal_length, latitude, longitude, rating, label, flag, keywords, words, country, city, named_id, photographer, kind, tier, stacked, has_problem)
    SELECT id, studio_id, photo_id, wall, is_dated, uploaded_at, camera, lens, iso, aperture, exposure, focal_length, latitude, longitude, rating, label, flag, keywords, words, country, city, named_id, photographer, kind, tier, stacked, has_problem FROM library_source WHERE studio_id = of_studio AND id = ANY (seen) ORDER BY id
    ON CONFLICT (id) DO UPDATE SET wall = excluded.wall, is_dated = excluded.is_dated, uploaded_at = excluded.uploaded_at, camera = excluded.camera, lens = excluded.lens, iso = excluded.iso, aperture = excluded.aperture, exposure = excluded.exposure, focal_length = excluded.focal_length, latitude = excluded.latitude, longitude = excluded.longitude, rating = excluded.rating, label = excluded.label, flag = excluded.flag, keywords = excluded.keywords, words = excluded.words, country = excluded.country, city = excluded.city, named_id = excluded.named_id, photographer = excluded.photographer, kind = excluded.kind, tier = excluded.tier, stacked = excluded.stacked, has_problem = excluded.has_problem WHERE (library_libraryphoto.wall, library_libraryphoto.is_dated, library_libraryphoto.uploaded_at, library_libraryphoto.camera, library_libraryphoto.lens, library_libraryphoto.iso, library_libraryphoto.aperture, library_libraryphoto.exposure, library_libraryphoto.focal_length, library_libraryphoto.latitude, library_libraryphoto.longitude, library_libraryphoto.rating, library_libraryphoto.label, library_libraryphoto.flag, library_libraryphoto.keywords, library_libraryphoto.words, library_libraryphoto.country, library_libraryphoto.city, library_libraryphoto.named_id, library_libraryphoto.photographer, library_libraryphoto.kind, library_libraryphoto.tier, library_libraryphoto.stacked, library_libraryphoto.has_problem) IS DISTINCT FROM (excluded.wall, excluded.is_dated, excluded.uploaded_at, excluded.camera, excluded.lens, excluded.iso, excluded.aperture, excluded.exposure, excluded.focal_length, excluded.latitude, excluded.longitude, excluded.rating, excluded.label, excluded.flag, excluded.keywords, excluded.words, excluded.country, excluded.city, excluded.named_id, excluded.photographer, excluded.kind, excluded.tier, excluded.stacked, excluded.has_problem);
END
$$;

ALTER FUNCTION public.library_refresh(of_studio uuid, changed uuid[]) OWNER TO glassine_owner;

CREATE FUNCTION public.library_spelt(words tsvector) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
    SELECT w FROM unnest(tsvector_to_array(words)) AS w
    WHERE length(w) BETWEEN 3 AND 61 AND w ~ '^[^#0-9]*[0-9]?[^#0-9]*$'
$_$;

ALTER FUNCTION public.library_spelt(words tsvector) OWNER TO glassine_owner;

CREATE FUNCTION public.library_square(x bigint, y bigint) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
BEGIN
    x := (x | (x << 16)) & 281470681808895;
    y := (y | (y << 16)) & 281470681808895;
    x := (x | (x << 8)) & 71777214294589695;
    y := (y | (y << 8)) & 71777214294589695;
    x := (x | (x << 4)) & 1085102592571150095;
    y := (y | (y << 4)) & 1085102592571150095;
    x := (x | (x << 2)) & 3689348814741910323;
    y := (y | (y << 2)) & 3689348814741910323;
    x := (x | (x << 1)) & 6148914691236517205;
    y := (y | (y << 1)) & 6148914691236517205;
    RETURN x | (y << 1);
END
$$;

ALTER FUNCTION public.library_square(x bigint, y bigint) OWNER TO glassine_owner;

CREATE FUNCTION public.library_values_of_photo(approved_at timestamp with time zone, state text, created_at timestamp with time zone, keywords jsonb, trashed_at timestamp with time zone) RETURNS TABLE(facet text, value text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
    SELECT f.facet, f.value FROM (VALUES
        ('tier', CASE WHEN $1 IS NOT NULL THEN 'gold' WHEN $2 = 'ready' THEN 'silver' ELSE 'bronze' END),
        ('uploaded', floor(extract(epoch FROM $3) / 900)::bigint::text)
    ) AS f (facet, value) WHERE $5 IS NULL
    UNION ALL
    SELECT DISTINCT 'written', k
    FROM jsonb_array_elements_text(CASE jsonb_typeof($4) WHEN 'array' THEN $4 ELSE '[]' END) AS k
    WHERE $5 IS NULL AND k <> ''
$_$;

ALTER FUNCTION public.library_values_of_photo(approved_at timestamp with time zone, state text, created_at timestamp with time zone, keywords jsonb, trashed_at timestamp with time zone) OWNER TO glassine_owner;

CREATE FUNCTION public.library_values_of_row(camera text, lens text, photographer text, rating smallint, label text, flag text, wall timestamp with time zone, country text, city text, keywords text[]) RETURNS TABLE(facet text, value text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
    SELECT f.facet, f.value FROM (VALUES
        ('camera', $1), ('lens', $2), ('photographer', $3), ('rating', nullif($4, 0)::text), ('label', $5), ('flag', $6),
        ('year', extract(year FROM $7 AT TIME ZONE 'UTC')::integer::text), ('country', $8), ('city', $9)
    ) AS f (facet, value) WHERE f.value <> ''
    UNION ALL
    SELECT DISTINCT 'keyword', k FROM unnest($10) AS k WHERE k <> ''
$_$;

ALTER FUNCTION public.library_values_of_row(camera text, lens text, photographer text, rating smallint, label text, flag text, wall timestamp with time zone, country text, city text, keywords text[]) OWNER TO glassine_owner;

CREATE FUNCTION public.library_vector(said text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT to_tsvector('simple', words) || to_tsvector('english', words) || to_tsvector('german', words)
    FROM (SELECT library_words(said) AS words) AS folded
$$;

ALTER FUNCTION public.library_vector(said text) OWNER TO glassine_owner;

CREATE FUNCTION public.library_word(word text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT (quote_literal(word) || ':*')::tsquery || plainto_tsquery('english', word) || plainto_tsquery('german', word)
$$;

ALTER FUNCTION public.library_word(word text) OWNER TO glassine_owner;

CREATE FUNCTION public.library_words(said text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT trim(regexp_replace(library_fold(left(said, 20000)), '[^[:alnum:]]+', ' ', 'g'))
$$;

ALTER FUNCTION public.library_words(said text) OWNER TO glassine_owner;

CREATE FUNCTION public.library_words_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO library_knownword (id, studio_id, word, witness_id)
    SELECT gen_random_uuid(), f.studio_id, f.word, f.witness_id FROM (
        SELECT r.studio_id, w AS word, any_value(r.id) AS witness_id
        FROM fresh r CROSS JOIN LATERAL library_spelt(r.words) AS w GROUP BY 1, 2
    ) AS f
    WHERE NOT EXISTS (
        SELECT FROM library_knownword k
        WHERE k.studio_id = f.studio_id AND k.word = f.word AND k.witness_id IS NOT NULL
    ) AND EXISTS (SELECT FROM accounts_studio s WHERE s.id = f.studio_id);
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_words_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.library_words_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO library_knownword (id, studio_id, word, witness_id)
    SELECT gen_random_uuid(), f.studio_id, f.word, f.witness_id FROM (
        SELECT r.studio_id, w AS word, any_value(r.id) AS witness_id
        FROM fresh r JOIN stale o ON o.id = r.id AND o.words IS DISTINCT FROM r.words
        CROSS JOIN LATERAL (SELECT library_spelt(r.words) EXCEPT SELECT library_spelt(o.words)) AS c (w) GROUP BY 1, 2
    ) AS f
    WHERE NOT EXISTS (
        SELECT FROM library_knownword k
        WHERE k.studio_id = f.studio_id AND k.word = f.word AND k.witness_id IS NOT NULL
    ) AND EXISTS (SELECT FROM accounts_studio s WHERE s.id = f.studio_id);
    UPDATE library_knownword k SET witness_id = NULL
    FROM fresh r JOIN stale o ON o.id = r.id AND o.words IS DISTINCT FROM r.words
    WHERE k.studio_id = r.studio_id AND k.witness_id = r.id AND NOT k.word = ANY (tsvector_to_array(r.words));
    RETURN NULL;
END
$$;

ALTER FUNCTION public.library_words_update() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_clientemail_client_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM sharing_know_client(every.studio_id, every.address::text) FROM (SELECT e.studio_id, e.to AS address FROM accounts_email e WHERE e.studio_id = OLD.studio_id AND e.id = OLD.email_id) AS every;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.sharing_clientemail_client_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_clientemail_client_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM sharing_know_client(every.studio_id, every.address::text)
    FROM (SELECT DISTINCT studio_id, address FROM (SELECT c.studio_id, e.to AS address FROM fresh c JOIN accounts_email e ON e.studio_id = c.studio_id AND e.id = c.email_id) AS found WHERE address > '' ORDER BY 1, 2) AS every;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.sharing_clientemail_client_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_comment_version_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id, is_personal)
        SELECT gen_random_uuid(), found.studio_id, found.album_id, true
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, shown_id AS album_id FROM (SELECT * FROM fresh) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_comment_version_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_comment_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id, is_personal)
        SELECT gen_random_uuid(), found.studio_id, found.album_id, true
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, shown_id AS album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r UNION ALL SELECT studio_id, shown_id AS album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_comment_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_know_client(whose uuid, address text) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    seen record;
    sent record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(whose::text || address, 12));
    SELECT (array_agg(name ORDER BY seen_at DESC, id DESC))[1] AS name, min(created_at) AS first, max(seen_at) AS last
        INTO seen FROM sharing_visitor WHERE studio_id = whose AND email = address AND email > '';
    SELECT min(c.created_at) AS first, max(c.created_at) AS last
        INTO sent FROM accounts_email e
        JOIN sharing_clientemail c ON c.studio_id = e.studio_id AND c.email_id = e.id
        WHERE e.studio_id = whose AND e.to = address AND e.composer = 'client';
    IF (seen.first IS NULL AND sent.first IS NULL)
        OR NOT EXISTS (SELECT FROM accounts_studio s WHERE s.id = whose) THEN
        DELETE FROM sharing_studioclient WHERE studio_id = whose AND email = address;
        RETURN;
    END IF;
    INSERT INTO sharing_studioclient
        (id, studio_id, email, name, seen_at, active_at, created_at, version, code_hash)
    VALUES (
        gen_random_uuid(), whose, address, coalesce(seen.name, ''), seen.last,
        greatest(seen.last, sent.last), least(seen.first, sent.first), 1, ''
    )
    ON CONFLICT (studio_id, email) DO UPDATE SET
        name = excluded.name, seen_at = excluded.seen_at, active_at = excluded.active_at,
        created_at = excluded.created_at
    WHERE (sharing_studioclient.name, sharing_studioclient.seen_at, sharing_studioclient.active_at,
           sharing_studioclient.created_at)
        IS DISTINCT FROM (excluded.name, excluded.seen_at, excluded.active_at, excluded.created_at);
END
$$;

ALTER FUNCTION public.sharing_know_client(whose uuid, address text) OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_mark_version_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id, is_personal)
        SELECT gen_random_uuid(), found.studio_id, found.album_id, true
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, shown_id AS album_id FROM (SELECT * FROM stale) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_mark_version_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_mark_version_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id, is_personal)
        SELECT gen_random_uuid(), found.studio_id, found.album_id, true
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, shown_id AS album_id FROM (SELECT * FROM fresh) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_mark_version_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_mark_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id, is_personal)
        SELECT gen_random_uuid(), found.studio_id, found.album_id, true
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, shown_id AS album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r UNION ALL SELECT studio_id, shown_id AS album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_mark_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_pick_version_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id, is_personal)
        SELECT gen_random_uuid(), found.studio_id, found.album_id, true
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT s.studio_id, s.shown_id AS album_id FROM (SELECT * FROM stale) r JOIN sharing_selection s ON s.studio_id = r.studio_id AND s.id = r.selection_id) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_pick_version_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_pick_version_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id, is_personal)
        SELECT gen_random_uuid(), found.studio_id, found.album_id, true
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT s.studio_id, s.shown_id AS album_id FROM (SELECT * FROM fresh) r JOIN sharing_selection s ON s.studio_id = r.studio_id AND s.id = r.selection_id) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_pick_version_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_pick_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id, is_personal)
        SELECT gen_random_uuid(), found.studio_id, found.album_id, true
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT s.studio_id, s.shown_id AS album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r JOIN sharing_selection s ON s.studio_id = r.studio_id AND s.id = r.selection_id UNION ALL SELECT s.studio_id, s.shown_id AS album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r JOIN sharing_selection s ON s.studio_id = r.studio_id AND s.id = r.selection_id) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_pick_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_selection_version_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id, is_personal)
        SELECT gen_random_uuid(), found.studio_id, found.album_id, true
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, shown_id AS album_id FROM (SELECT * FROM stale) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_selection_version_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_selection_version_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id, is_personal)
        SELECT gen_random_uuid(), found.studio_id, found.album_id, true
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, shown_id AS album_id FROM (SELECT * FROM fresh) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_selection_version_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_selection_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id, is_personal)
        SELECT gen_random_uuid(), found.studio_id, found.album_id, true
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, shown_id AS album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r UNION ALL SELECT studio_id, shown_id AS album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_selection_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_selectionpreset_version_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, shown_id AS album_id FROM (SELECT * FROM stale) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_selectionpreset_version_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_selectionpreset_version_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, shown_id AS album_id FROM (SELECT * FROM fresh) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_selectionpreset_version_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_selectionpreset_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, shown_id AS album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r UNION ALL SELECT studio_id, shown_id AS album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_selectionpreset_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_sharelink_version_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, album_id FROM (SELECT * FROM stale) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_sharelink_version_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_sharelink_version_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, album_id FROM (SELECT * FROM fresh) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_sharelink_version_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_sharelink_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) - 'views' - 'last_opened_at' <> to_jsonb(fresh) - 'views' - 'last_opened_at') r UNION ALL SELECT studio_id, album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) - 'views' - 'last_opened_at' <> to_jsonb(fresh) - 'views' - 'last_opened_at') r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_sharelink_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_visitor_client_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM sharing_know_client(every.studio_id, every.address::text) FROM (SELECT OLD.studio_id, OLD.email AS address) AS every;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.sharing_visitor_client_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_visitor_client_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM sharing_know_client(every.studio_id, every.address::text)
    FROM (SELECT DISTINCT studio_id, address FROM (SELECT fresh.studio_id, fresh.email AS address FROM fresh) AS found WHERE address > '' ORDER BY 1, 2) AS every;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.sharing_visitor_client_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_visitor_client_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM sharing_know_client(every.studio_id, every.address::text)
    FROM (SELECT DISTINCT studio_id, address FROM (SELECT stale.studio_id, stale.email AS address FROM stale JOIN fresh USING (id) WHERE (stale.email, stale.name, stale.seen_at) IS DISTINCT FROM (fresh.email, fresh.name, fresh.seen_at) UNION ALL SELECT fresh.studio_id, fresh.email AS address FROM stale JOIN fresh USING (id) WHERE (stale.email, stale.name, stale.seen_at) IS DISTINCT FROM (fresh.email, fresh.name, fresh.seen_at)) AS found WHERE address > '' ORDER BY 1, 2) AS every;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.sharing_visitor_client_update() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_visitor_version_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id, is_personal)
        SELECT gen_random_uuid(), found.studio_id, found.album_id, true
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, shown_id AS album_id FROM (SELECT * FROM stale) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_visitor_version_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_visitor_version_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id, is_personal)
        SELECT gen_random_uuid(), found.studio_id, found.album_id, true
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, shown_id AS album_id FROM (SELECT * FROM fresh) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_visitor_version_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_visitor_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id, is_personal)
        SELECT gen_random_uuid(), found.studio_id, found.album_id, true
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, shown_id AS album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) - 'seen_at' - 'code_hash' - 'code_expires_at' <> to_jsonb(fresh) - 'seen_at' - 'code_hash' - 'code_expires_at') r UNION ALL SELECT studio_id, shown_id AS album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) - 'seen_at' - 'code_hash' - 'code_expires_at' <> to_jsonb(fresh) - 'seen_at' - 'code_hash' - 'code_expires_at') r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_visitor_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_watermark_version_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, album_id FROM (SELECT * FROM stale) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_watermark_version_delete() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_watermark_version_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, album_id FROM (SELECT * FROM fresh) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_watermark_version_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.sharing_watermark_version_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO albums_albumchange (id, studio_id, album_id)
        SELECT gen_random_uuid(), found.studio_id, found.album_id
        FROM (SELECT DISTINCT studio_id, album_id FROM (SELECT studio_id, album_id FROM (SELECT stale.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r UNION ALL SELECT studio_id, album_id FROM (SELECT fresh.* FROM stale JOIN fresh USING (id) WHERE to_jsonb(stale) <> to_jsonb(fresh)) r) AS every) AS found
        WHERE CASE WHEN found.album_id IS NULL
            THEN EXISTS (SELECT FROM accounts_studio s WHERE s.id = found.studio_id)
            ELSE EXISTS (SELECT FROM albums_album a WHERE a.studio_id = found.studio_id AND a.id = found.album_id)
        END;
        RETURN NULL;
    END
    $$;

ALTER FUNCTION public.sharing_watermark_version_update() OWNER TO glassine_owner;

CREATE FUNCTION public.tagging_albums_photo_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM tagging_meaning_wait(studio_id, array_agg(id)) FROM fresh
    WHERE caption <> '' OR alt_text <> '' OR keywords <> '[]'::jsonb GROUP BY studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.tagging_albums_photo_insert() OWNER TO glassine_owner;

CREATE FUNCTION public.tagging_albums_photo_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM tagging_meaning_wait(fresh.studio_id, array_agg(fresh.id)) FROM stale JOIN fresh USING (id)
    WHERE (stale.caption, stale.alt_text, stale.keywords, stale.trashed_at) IS DISTINCT FROM (fresh.caption, fresh.alt_text, fresh.keywords, fresh.trashed_at) GROUP BY fresh.studio_id;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.tagging_albums_photo_update() OWNER TO glassine_owner;

CREATE FUNCTION public.tagging_meaning_wait(studio uuid, photos uuid[]) RETURNS void
    LANGUAGE sql
    AS $$
    INSERT INTO tagging_meaningwait (id, studio_id, photo_id, since)
    SELECT gen_random_uuid(), studio, photo, clock_timestamp() FROM unnest(photos) AS photo
    WHERE EXISTS (SELECT FROM tagging_meaningserver m WHERE m.studio_id = studio AND m.is_on)
    ON CONFLICT (studio_id, photo_id) DO UPDATE SET since = excluded.since
$$;

ALTER FUNCTION public.tagging_meaning_wait(studio uuid, photos uuid[]) OWNER TO glassine_owner;

CREATE FUNCTION public.webhooks_accounts_journalentry() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO webhooks_webhookdelivery
        (id, studio_id, webhook_id, event, source_id, state, attempts, answer, error, due_at, created_at)
    SELECT gen_random_uuid(), h.studio_id, h.id, f.verb, f.id, 'waiting', 0, '', '', now(), clock_timestamp()
    FROM fresh f JOIN webhooks_webhook h ON h.studio_id = f.studio_id
    WHERE h.is_active AND (h.events = '{}' OR f.verb = ANY (h.events));
    RETURN NULL;
END
$$;

ALTER FUNCTION public.webhooks_accounts_journalentry() OWNER TO glassine_owner;

CREATE FUNCTION public.webhooks_sharing_activity() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO webhooks_webhookdelivery
        (id, studio_id, webhook_id, event, source_id, state, attempts, answer, error, due_at, created_at)
    SELECT gen_random_uuid(), h.studio_id, h.id, 'guest.' || f.kind, f.id, 'waiting', 0, '', '', now(), clock_timestamp()
    FROM fresh f JOIN webhooks_webhook h ON h.studio_id = f.studio_id
    WHERE h.is_active AND (h.events = '{}' OR 'guest.' || f.kind = ANY (h.events));
    RETURN NULL;
END
$$;

ALTER FUNCTION public.webhooks_sharing_activity() OWNER TO glassine_owner;

CREATE TABLE public.accounts_apikey (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    name character varying(80) NOT NULL,
    prefix character varying(12) NOT NULL,
    key_hash character varying(64) NOT NULL,
    scopes jsonb NOT NULL,
    made_by_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    expires_at timestamp with time zone
);

ALTER TABLE ONLY public.accounts_apikey FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_apikey OWNER TO glassine_owner;

CREATE TABLE public.accounts_brand (
    id uuid NOT NULL,
    name character varying(120) NOT NULL,
    accent character varying(7) NOT NULL,
    logo bytea,
    logo_version integer NOT NULL,
    host character varying(253) DEFAULT ''::character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone,
    studio_id uuid NOT NULL,
    CONSTRAINT accounts_brand_logo_version_check CHECK ((logo_version >= 0))
);

ALTER TABLE ONLY public.accounts_brand FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_brand OWNER TO glassine_owner;

CREATE TABLE public.accounts_browsersession (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL,
    device character varying(60) DEFAULT ''::character varying NOT NULL,
    began_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    seen_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    user_id uuid
);

ALTER TABLE public.accounts_browsersession OWNER TO glassine_owner;

CREATE TABLE public.accounts_domain (
    id uuid NOT NULL,
    host character varying(253) NOT NULL,
    proof character varying(64) NOT NULL,
    state character varying(8) NOT NULL,
    problem text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    checked_at timestamp with time zone,
    verified_at timestamp with time zone,
    missing_since timestamp with time zone,
    studio_id uuid NOT NULL,
    brand_id uuid
);

ALTER TABLE ONLY public.accounts_domain FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_domain OWNER TO glassine_owner;

CREATE TABLE public.accounts_email (
    id uuid NOT NULL,
    studio_id uuid,
    key character varying(200) NOT NULL,
    "to" character varying(254) NOT NULL,
    reply_to character varying(254) NOT NULL,
    subject character varying(200) NOT NULL,
    sealed text NOT NULL,
    composer character varying(20) NOT NULL,
    keeps_words boolean NOT NULL,
    is_automatic boolean NOT NULL,
    state character varying(10) NOT NULL,
    error character varying(300) NOT NULL,
    attempts smallint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    useful_until timestamp with time zone,
    tried_at timestamp with time zone,
    lease_until timestamp with time zone,
    handed_at timestamp with time zone,
    sent_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT accounts_email_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT accounts_email_lease CHECK (((NOT ((state)::text = 'sending'::text)) OR (lease_until IS NOT NULL)))
);

ALTER TABLE ONLY public.accounts_email FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_email OWNER TO glassine_owner;

CREATE TABLE public.accounts_idempotentreply (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    key character varying(128) NOT NULL,
    user_id uuid NOT NULL,
    fingerprint character varying(64) NOT NULL,
    status smallint,
    body jsonb,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT accounts_idempotentreply_status_check CHECK ((status >= 0))
);

ALTER TABLE ONLY public.accounts_idempotentreply FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_idempotentreply OWNER TO glassine_owner;

CREATE TABLE public.accounts_invitation (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    email character varying(254) NOT NULL,
    role character varying(12) NOT NULL,
    albums uuid[],
    token_hash character varying(64) NOT NULL,
    invited_by_id uuid,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone
);

ALTER TABLE ONLY public.accounts_invitation FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_invitation OWNER TO glassine_owner;

CREATE TABLE public.accounts_journalentry (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id uuid,
    verb character varying(60) NOT NULL,
    subject_kind character varying(40) NOT NULL,
    subject_id uuid,
    albums uuid[] NOT NULL,
    count integer NOT NULL,
    detail jsonb NOT NULL,
    changes jsonb,
    act uuid,
    is_first boolean NOT NULL,
    undoes_id uuid,
    forgotten_at timestamp with time zone,
    CONSTRAINT accounts_journalentry_count_check CHECK ((count >= 0))
);

ALTER TABLE ONLY public.accounts_journalentry FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_journalentry OWNER TO glassine_owner;

CREATE TABLE public.accounts_journalsubject (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    thing uuid NOT NULL
);

ALTER TABLE ONLY public.accounts_journalsubject FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_journalsubject OWNER TO glassine_owner;

CREATE TABLE public.accounts_membership (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role character varying(12) NOT NULL,
    is_restricted boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT accounts_membership_restriction CHECK (((NOT (is_restricted AND ((role)::text = 'owner'::text))) AND (NOT ((NOT is_restricted) AND ((role)::text = 'contributor'::text)))))
);

ALTER TABLE ONLY public.accounts_membership FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_membership OWNER TO glassine_owner;

CREATE TABLE public.accounts_membershipalbum (
    id uuid NOT NULL,
    album_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.accounts_membershipalbum FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_membershipalbum OWNER TO glassine_owner;

CREATE TABLE public.accounts_operatorvisit (
    id uuid NOT NULL,
    email character varying(254) NOT NULL,
    reason character varying(300) NOT NULL,
    began_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    studio_id uuid NOT NULL,
    user_id uuid,
    CONSTRAINT accounts_operatorvisit_times CHECK ((ends_at > began_at))
);

ALTER TABLE ONLY public.accounts_operatorvisit FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_operatorvisit OWNER TO glassine_owner;

CREATE TABLE public.accounts_passkey (
    id uuid NOT NULL,
    name character varying(60) NOT NULL,
    credential_id bytea NOT NULL,
    credential bytea NOT NULL,
    sign_count bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    user_id uuid NOT NULL
);

ALTER TABLE public.accounts_passkey OWNER TO glassine_owner;

CREATE TABLE public.accounts_processingagreement (
    id uuid NOT NULL,
    sha256 character varying(64) NOT NULL,
    text text NOT NULL,
    name character varying(120) NOT NULL,
    email character varying(254) NOT NULL,
    agreed_at timestamp with time zone NOT NULL,
    agreed_by_id uuid,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.accounts_processingagreement FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_processingagreement OWNER TO glassine_owner;

CREATE TABLE public.accounts_refreshtoken (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    user_id uuid NOT NULL,
    family uuid NOT NULL,
    token_hash character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    spent_at timestamp with time zone,
    revoked_at timestamp with time zone
);

ALTER TABLE ONLY public.accounts_refreshtoken FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_refreshtoken OWNER TO glassine_owner;

CREATE TABLE public.accounts_studio (
    id uuid NOT NULL,
    name character varying(120) NOT NULL,
    slug character varying(60) NOT NULL,
    time_zone character varying(64) NOT NULL,
    accent character varying(7) NOT NULL,
    design jsonb NOT NULL,
    index_is_public boolean NOT NULL,
    reminder_days smallint[] NOT NULL,
    logo bytea,
    logo_version integer NOT NULL,
    plan character varying(30) NOT NULL,
    quota_bytes bigint NOT NULL,
    quota_files integer NOT NULL,
    bytes_used bigint NOT NULL,
    files_used integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    closing_since timestamp with time zone,
    clients_return boolean DEFAULT false NOT NULL,
    quota_albums integer,
    trial_ends_at timestamp with time zone,
    agreed_to character varying(64) DEFAULT ''::character varying NOT NULL,
    second_factor_required boolean DEFAULT false NOT NULL,
    host character varying(253) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT accounts_studio_logo_version_check CHECK ((logo_version >= 0)),
    CONSTRAINT accounts_studio_quota_albums_check CHECK ((quota_albums >= 0)),
    CONSTRAINT accounts_studio_quota_files_check CHECK ((quota_files >= 0)),
    CONSTRAINT accounts_studio_usage CHECK (((bytes_used >= 0) AND (files_used >= 0)))
);

ALTER TABLE ONLY public.accounts_studio FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_studio OWNER TO glassine_owner;

CREATE TABLE public.accounts_task (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    kind character varying(40) NOT NULL,
    title character varying(200) NOT NULL,
    params jsonb NOT NULL,
    key character varying(120) NOT NULL,
    state character varying(10) NOT NULL,
    total integer NOT NULL,
    done integer NOT NULL,
    changed integer NOT NULL,
    failed integer NOT NULL,
    message character varying(300) NOT NULL,
    undo uuid,
    who_id uuid,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    seen_at timestamp with time zone,
    may_stop boolean DEFAULT true NOT NULL,
    noun character varying(20) DEFAULT 'photo'::character varying NOT NULL,
    CONSTRAINT accounts_task_changed_check CHECK ((changed >= 0)),
    CONSTRAINT accounts_task_done_check CHECK ((done >= 0)),
    CONSTRAINT accounts_task_end CHECK ((((ended_at IS NULL) AND ((state)::text = ANY (ARRAY[('waiting'::character varying)::text, ('running'::character varying)::text]))) OR ((NOT ((state)::text = ANY (ARRAY[('waiting'::character varying)::text, ('running'::character varying)::text]))) AND (ended_at IS NOT NULL)))),
    CONSTRAINT accounts_task_failed_check CHECK ((failed >= 0)),
    CONSTRAINT accounts_task_progress CHECK ((done <= (total - failed))),
    CONSTRAINT accounts_task_total_check CHECK ((total >= 0))
);

ALTER TABLE ONLY public.accounts_task FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_task OWNER TO glassine_owner;

CREATE TABLE public.accounts_taskslice (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    task_id uuid NOT NULL,
    number integer NOT NULL,
    part character varying(20) NOT NULL,
    ids uuid[] NOT NULL,
    failed uuid[] NOT NULL,
    begun_at timestamp with time zone,
    CONSTRAINT accounts_taskslice_number_check CHECK ((number >= 0))
);

ALTER TABLE ONLY public.accounts_taskslice FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_taskslice OWNER TO glassine_owner;

CREATE TABLE public.accounts_user (
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    id uuid NOT NULL,
    email character varying(254) NOT NULL,
    name character varying(120) NOT NULL,
    is_active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    recovery_hashes character varying(64)[] DEFAULT '{}'::character varying(64)[] NOT NULL,
    totp_sealed text DEFAULT ''::text NOT NULL,
    totp_since timestamp with time zone,
    totp_step bigint DEFAULT 0 NOT NULL
);

ALTER TABLE public.accounts_user OWNER TO glassine_owner;

CREATE TABLE public.albums_album (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    title character varying(120) NOT NULL,
    slug character varying(80) NOT NULL,
    description text NOT NULL,
    state character varying(10) NOT NULL,
    event_date date,
    ordering character varying(8) NOT NULL,
    cover_id uuid,
    focal_x double precision NOT NULL,
    focal_y double precision NOT NULL,
    design jsonb NOT NULL,
    more_coming boolean NOT NULL,
    is_listed boolean NOT NULL,
    published_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    trashed_at timestamp with time zone,
    kind character varying(10) DEFAULT 'gallery'::character varying NOT NULL,
    promised_on date,
    brand_id uuid,
    CONSTRAINT albums_album_focal CHECK (((focal_x >= (0.0)::double precision) AND (focal_x <= (1.0)::double precision) AND (focal_y >= (0.0)::double precision) AND (focal_y <= (1.0)::double precision)))
);

ALTER TABLE ONLY public.albums_album FORCE ROW LEVEL SECURITY;

ALTER TABLE public.albums_album OWNER TO glassine_owner;

CREATE TABLE public.albums_albumchange (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    album_id uuid,
    is_personal boolean DEFAULT false NOT NULL
);

ALTER TABLE ONLY public.albums_albumchange FORCE ROW LEVEL SECURITY;

ALTER TABLE public.albums_albumchange OWNER TO glassine_owner;

CREATE TABLE public.albums_albumversion (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    album_id uuid,
    number bigint NOT NULL,
    personal bigint DEFAULT 0 NOT NULL,
    CONSTRAINT albums_albumversion_number_check CHECK ((number >= 0)),
    CONSTRAINT albums_albumversion_personal_check CHECK ((personal >= 0))
);

ALTER TABLE ONLY public.albums_albumversion FORCE ROW LEVEL SECURITY;

ALTER TABLE public.albums_albumversion OWNER TO glassine_owner;

CREATE TABLE public.albums_photo (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    camera_name character varying(255) NOT NULL,
    kind character varying(8) NOT NULL,
    original_id uuid NOT NULL,
    state character varying(12) NOT NULL,
    problem character varying(300) NOT NULL,
    width integer,
    height integer,
    color character varying(7) NOT NULL,
    phash bigint,
    fingerprint_version smallint NOT NULL,
    taken_at timestamp with time zone,
    taken_offset smallint,
    taken_by_hand boolean NOT NULL,
    place character varying(200) NOT NULL,
    facts jsonb NOT NULL,
    caption character varying(500) NOT NULL,
    rating smallint NOT NULL,
    label character varying(12) NOT NULL,
    flag character varying(6) NOT NULL,
    keywords jsonb NOT NULL,
    uploaded_by_id uuid,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    trashed_at timestamp with time zone,
    is_refused boolean DEFAULT false NOT NULL,
    recipe smallint DEFAULT 1 NOT NULL,
    agreement smallint DEFAULT 1 NOT NULL,
    duration_ms integer,
    beside character varying(4) DEFAULT ''::character varying NOT NULL,
    retouched_at timestamp with time zone,
    stack_by_hand boolean DEFAULT false NOT NULL,
    stack_id uuid,
    approved_at timestamp with time zone,
    photographer character varying(120) DEFAULT ''::character varying NOT NULL,
    alt_text character varying(300) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT albums_photo_agreement_check CHECK ((agreement >= 0)),
    CONSTRAINT albums_photo_duration_ms_check CHECK ((duration_ms >= 0)),
    CONSTRAINT albums_photo_fingerprint_version_check CHECK ((fingerprint_version >= 0)),
    CONSTRAINT albums_photo_height_check CHECK ((height >= 0)),
    CONSTRAINT albums_photo_rating CHECK ((rating <= 5)),
    CONSTRAINT albums_photo_rating_check CHECK ((rating >= 0)),
    CONSTRAINT albums_photo_recipe_check CHECK ((recipe >= 0)),
    CONSTRAINT albums_photo_width_check CHECK ((width >= 0))
)
WITH (autovacuum_analyze_scale_factor='0.01', autovacuum_analyze_threshold='200');

ALTER TABLE ONLY public.albums_photo FORCE ROW LEVEL SECURITY;

ALTER TABLE public.albums_photo OWNER TO glassine_owner;

CREATE TABLE public.albums_placement (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    album_id uuid NOT NULL,
    section_id uuid,
    photo_id uuid NOT NULL,
    section_rank integer NOT NULL,
    sort_key character varying(300) NOT NULL COLLATE pg_catalog."C",
    manual_key character varying(20) NOT NULL COLLATE pg_catalog."C",
    is_hidden boolean NOT NULL,
    is_withheld boolean NOT NULL,
    audience uuid[],
    created_at timestamp with time zone NOT NULL,
    trashed_at timestamp with time zone,
    CONSTRAINT albums_placement_section_rank_check CHECK ((section_rank >= 0))
)
WITH (autovacuum_analyze_scale_factor='0.01', autovacuum_analyze_threshold='200');

ALTER TABLE ONLY public.albums_placement FORCE ROW LEVEL SECURITY;

ALTER TABLE public.albums_placement OWNER TO glassine_owner;

CREATE TABLE public.albums_section (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    album_id uuid NOT NULL,
    title character varying(120) NOT NULL,
    rank integer NOT NULL,
    audience uuid[],
    CONSTRAINT albums_section_rank_check CHECK ((rank >= 0))
);

ALTER TABLE ONLY public.albums_section FORCE ROW LEVEL SECURITY;

ALTER TABLE public.albums_section OWNER TO glassine_owner;

CREATE TABLE public.albums_stack (
    id uuid NOT NULL,
    kind character varying(8) NOT NULL,
    is_by_hand boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    studio_id uuid NOT NULL,
    top_id uuid
);

ALTER TABLE ONLY public.albums_stack FORCE ROW LEVEL SECURITY;

ALTER TABLE public.albums_stack OWNER TO glassine_owner;

CREATE TABLE public.albums_version (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    photo_id uuid NOT NULL,
    blob_id uuid NOT NULL,
    kind character varying(10) NOT NULL,
    is_current boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    look jsonb DEFAULT '{}'::jsonb NOT NULL,
    name character varying(255) DEFAULT ''::character varying NOT NULL,
    uploaded_by_id uuid
)
WITH (autovacuum_analyze_scale_factor='0.01', autovacuum_analyze_threshold='200');

ALTER TABLE ONLY public.albums_version FORCE ROW LEVEL SECURITY;

ALTER TABLE public.albums_version OWNER TO glassine_owner;

CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);

ALTER TABLE public.auth_group OWNER TO glassine_owner;

ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);

ALTER TABLE public.auth_group_permissions OWNER TO glassine_owner;

ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);

ALTER TABLE public.auth_permission OWNER TO glassine_owner;

ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.backups_backupcopy (
    id uuid NOT NULL,
    destination uuid NOT NULL,
    sha256 character varying(64) NOT NULL,
    size bigint NOT NULL,
    kept_at timestamp with time zone NOT NULL,
    checked_at timestamp with time zone NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.backups_backupcopy FORCE ROW LEVEL SECURITY;

ALTER TABLE public.backups_backupcopy OWNER TO glassine_owner;

CREATE TABLE public.backups_backuprun (
    id uuid NOT NULL,
    kind character varying(10) NOT NULL,
    state character varying(10) NOT NULL,
    destination uuid NOT NULL,
    place character varying(300) NOT NULL,
    snapshot character varying(60) NOT NULL,
    rows bigint NOT NULL,
    files bigint NOT NULL,
    bytes bigint NOT NULL,
    new_files bigint NOT NULL,
    new_bytes bigint NOT NULL,
    problems jsonb NOT NULL,
    message character varying(300) NOT NULL,
    started_at timestamp with time zone NOT NULL,
    beat_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT backups_backuprun_end CHECK ((((ended_at IS NULL) AND ((state)::text = 'running'::text)) OR ((NOT ((state)::text = 'running'::text)) AND (ended_at IS NOT NULL))))
);

ALTER TABLE ONLY public.backups_backuprun FORCE ROW LEVEL SECURITY;

ALTER TABLE public.backups_backuprun OWNER TO glassine_owner;

CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);

ALTER TABLE public.django_content_type OWNER TO glassine_owner;

ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);

ALTER TABLE public.django_migrations OWNER TO glassine_owner;

ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.faces_appearance (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    person_id uuid NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.faces_appearance FORCE ROW LEVEL SECURITY;

ALTER TABLE public.faces_appearance OWNER TO glassine_owner;

CREATE TABLE public.faces_crop (
    id uuid NOT NULL,
    webp bytea NOT NULL,
    studio_id uuid NOT NULL,
    face_id uuid NOT NULL
);

ALTER TABLE ONLY public.faces_crop FORCE ROW LEVEL SECURITY;

ALTER TABLE public.faces_crop OWNER TO glassine_owner;

CREATE TABLE public.faces_face (
    id uuid NOT NULL,
    x double precision NOT NULL,
    y double precision NOT NULL,
    width double precision NOT NULL,
    height double precision NOT NULL,
    score double precision NOT NULL,
    size double precision NOT NULL,
    sharpness double precision,
    eyes double precision,
    embedding public.halfvec(128),
    is_trusted boolean NOT NULL,
    is_confirmed boolean NOT NULL,
    is_ignored boolean NOT NULL,
    by_hand boolean NOT NULL,
    distance double precision,
    created_at timestamp with time zone NOT NULL,
    photo_id uuid NOT NULL,
    studio_id uuid NOT NULL,
    person_id uuid,
    suggested_id uuid,
    measured bigint DEFAULT 0 NOT NULL,
    CONSTRAINT faces_face_confirmed_person CHECK (((NOT is_confirmed) OR (person_id IS NOT NULL))),
    CONSTRAINT faces_face_trust CHECK (((NOT is_trusted) OR (embedding IS NOT NULL)))
);

ALTER TABLE ONLY public.faces_face FORCE ROW LEVEL SECURITY;

ALTER TABLE public.faces_face OWNER TO glassine_owner;

CREATE SEQUENCE public.faces_face_measured
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.faces_face_measured OWNER TO glassine_owner;

CREATE TABLE public.faces_facesettings (
    id uuid NOT NULL,
    is_on boolean NOT NULL,
    consent_at timestamp with time zone,
    consent_version smallint NOT NULL,
    detector character varying(12) NOT NULL,
    galleries_on boolean NOT NULL,
    erasing boolean NOT NULL,
    keeps_names boolean NOT NULL,
    off_at timestamp with time zone,
    consent_by_id uuid,
    studio_id uuid NOT NULL,
    CONSTRAINT faces_facesettings_consent_version_check CHECK ((consent_version >= 0)),
    CONSTRAINT faces_settings_consent CHECK (((NOT is_on) OR (consent_at IS NOT NULL))),
    CONSTRAINT faces_settings_erasing CHECK ((NOT (erasing AND is_on)))
);

ALTER TABLE ONLY public.faces_facesettings FORCE ROW LEVEL SECURITY;

ALTER TABLE public.faces_facesettings OWNER TO glassine_owner;

CREATE TABLE public.faces_galleryfaces (
    id uuid NOT NULL,
    is_on boolean NOT NULL,
    album_id uuid NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.faces_galleryfaces FORCE ROW LEVEL SECURITY;

ALTER TABLE public.faces_galleryfaces OWNER TO glassine_owner;

CREATE TABLE public.faces_nevertwo (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    one_id uuid NOT NULL,
    other_id uuid NOT NULL,
    CONSTRAINT faces_nevertwo_order CHECK ((one_id < other_id))
);

ALTER TABLE ONLY public.faces_nevertwo FORCE ROW LEVEL SECURITY;

ALTER TABLE public.faces_nevertwo OWNER TO glassine_owner;

CREATE TABLE public.faces_notthem (
    id uuid NOT NULL,
    face_id uuid NOT NULL,
    studio_id uuid NOT NULL,
    person_id uuid NOT NULL
);

ALTER TABLE ONLY public.faces_notthem FORCE ROW LEVEL SECURITY;

ALTER TABLE public.faces_notthem OWNER TO glassine_owner;

CREATE TABLE public.faces_person (
    id uuid NOT NULL,
    name character varying(120) NOT NULL,
    birthday date,
    is_settled boolean NOT NULL,
    is_hidden boolean NOT NULL,
    is_ignored boolean NOT NULL,
    passport character varying(6) NOT NULL,
    passport_note character varying(300) NOT NULL,
    passport_at date,
    thumbnail_id uuid,
    created_at timestamp with time zone NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.faces_person FORCE ROW LEVEL SECURITY;

ALTER TABLE public.faces_person OWNER TO glassine_owner;

CREATE TABLE public.faces_personcount (
    id uuid NOT NULL,
    photos integer NOT NULL,
    faces integer NOT NULL,
    person_id uuid NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.faces_personcount FORCE ROW LEVEL SECURITY;

ALTER TABLE public.faces_personcount OWNER TO glassine_owner;

CREATE TABLE public.faces_relationship (
    id uuid NOT NULL,
    kind character varying(11) NOT NULL,
    other_id uuid NOT NULL,
    person_id uuid NOT NULL,
    studio_id uuid NOT NULL,
    CONSTRAINT faces_relationship_two CHECK ((NOT (person_id = other_id)))
);

ALTER TABLE ONLY public.faces_relationship FORCE ROW LEVEL SECURITY;

ALTER TABLE public.faces_relationship OWNER TO glassine_owner;

CREATE TABLE public.faces_scan (
    id uuid NOT NULL,
    version smallint NOT NULL,
    detector character varying(12) NOT NULL,
    at timestamp with time zone NOT NULL,
    photo_id uuid NOT NULL,
    studio_id uuid NOT NULL,
    CONSTRAINT faces_scan_version_check CHECK ((version >= 0))
);

ALTER TABLE ONLY public.faces_scan FORCE ROW LEVEL SECURITY;

ALTER TABLE public.faces_scan OWNER TO glassine_owner;

CREATE TABLE public.jobs_job (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    kind character varying(40) NOT NULL,
    queue character varying(12) NOT NULL,
    key character varying(200) NOT NULL,
    subject_id uuid NOT NULL,
    state character varying(12) NOT NULL,
    attempts smallint NOT NULL,
    claims integer DEFAULT 0 NOT NULL,
    not_before timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    error text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT jobs_job_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT jobs_job_claims_check CHECK ((claims >= 0)),
    CONSTRAINT jobs_job_lease CHECK (((NOT ((state)::text = 'running'::text)) OR (lease_until IS NOT NULL)))
);

ALTER TABLE ONLY public.jobs_job FORCE ROW LEVEL SECURITY;

ALTER TABLE public.jobs_job OWNER TO glassine_owner;

CREATE TABLE public.jobs_lane (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    queue character varying(12) NOT NULL,
    served_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.jobs_lane FORCE ROW LEVEL SECURITY;

ALTER TABLE public.jobs_lane OWNER TO glassine_owner;

CREATE TABLE public.library_different (
    id uuid NOT NULL,
    one_id uuid NOT NULL,
    other_id uuid NOT NULL,
    studio_id uuid NOT NULL,
    CONSTRAINT library_different_order CHECK ((one_id < other_id))
);

ALTER TABLE ONLY public.library_different FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_different OWNER TO glassine_owner;

CREATE TABLE public.library_duplicategroup (
    id uuid NOT NULL,
    kind character varying(5) NOT NULL,
    score double precision NOT NULL,
    created_at timestamp with time zone NOT NULL,
    studio_id uuid NOT NULL,
    CONSTRAINT library_duplicates_score CHECK (((score >= (0.0)::double precision) AND (score <= (1.0)::double precision)))
);

ALTER TABLE ONLY public.library_duplicategroup FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_duplicategroup OWNER TO glassine_owner;

CREATE TABLE public.library_duplicatephoto (
    id uuid NOT NULL,
    group_id uuid NOT NULL,
    photo_id uuid NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.library_duplicatephoto FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_duplicatephoto OWNER TO glassine_owner;

CREATE TABLE public.library_event (
    id uuid NOT NULL,
    kind character varying(6) NOT NULL,
    title character varying(120) NOT NULL,
    starts timestamp with time zone NOT NULL,
    ends timestamp with time zone NOT NULL,
    is_yearly boolean NOT NULL,
    client character varying(120) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    studio_id uuid NOT NULL,
    CONSTRAINT library_event_span CHECK ((starts <= ends))
);

ALTER TABLE ONLY public.library_event FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_event OWNER TO glassine_owner;

CREATE TABLE public.library_eventalbum (
    id uuid NOT NULL,
    album_id uuid NOT NULL,
    event_id uuid NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.library_eventalbum FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_eventalbum OWNER TO glassine_owner;

CREATE TABLE public.library_geoname (
    id bigint NOT NULL,
    country character varying(2) NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    population integer NOT NULL,
    name character varying(80) NOT NULL,
    folded character varying(120) NOT NULL
);

ALTER TABLE public.library_geoname OWNER TO glassine_owner;

ALTER TABLE public.library_geoname ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_geoname_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_holidayset (
    id uuid NOT NULL,
    country character varying(2) NOT NULL,
    region character varying(20) NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.library_holidayset FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_holidayset OWNER TO glassine_owner;

CREATE TABLE public.library_keyword (
    id uuid NOT NULL,
    name character varying(80) NOT NULL,
    folded character varying(320) NOT NULL,
    synonyms character varying(80)[] NOT NULL,
    folded_synonyms character varying(320)[] NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.library_keyword FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_keyword OWNER TO glassine_owner;

CREATE TABLE public.library_knownword (
    id uuid NOT NULL,
    word character varying(61) NOT NULL,
    studio_id uuid NOT NULL,
    witness_id uuid
);

ALTER TABLE ONLY public.library_knownword FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_knownword OWNER TO glassine_owner;

CREATE TABLE public.library_libraryphoto (
    id uuid NOT NULL,
    wall timestamp with time zone NOT NULL,
    is_dated boolean NOT NULL,
    uploaded_at timestamp with time zone NOT NULL,
    camera character varying(241) NOT NULL,
    lens character varying(120) NOT NULL,
    iso integer,
    aperture double precision,
    exposure double precision,
    focal_length double precision,
    latitude double precision,
    longitude double precision,
    rating smallint NOT NULL,
    label character varying(12) NOT NULL,
    flag character varying(6) NOT NULL,
    keywords text[] NOT NULL,
    words tsvector NOT NULL,
    photo_id uuid NOT NULL,
    studio_id uuid NOT NULL,
    city character varying(80) DEFAULT ''::character varying NOT NULL,
    country character varying(2) DEFAULT ''::character varying NOT NULL,
    named_id uuid,
    photographer character varying(120) DEFAULT ''::character varying NOT NULL,
    kind character varying(8) DEFAULT 'image'::character varying NOT NULL,
    tier character varying(6) DEFAULT 'silver'::character varying NOT NULL,
    stacked character varying(8) DEFAULT ''::character varying NOT NULL,
    has_problem boolean DEFAULT false NOT NULL,
    CONSTRAINT library_libraryphoto_rating_check CHECK ((rating >= 0))
)
WITH (autovacuum_analyze_scale_factor='0.01', autovacuum_analyze_threshold='200', autovacuum_vacuum_scale_factor='0.01', autovacuum_vacuum_threshold='1000');

ALTER TABLE ONLY public.library_libraryphoto FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_libraryphoto OWNER TO glassine_owner;

CREATE TABLE public.library_mapchange (
    id uuid NOT NULL,
    x integer NOT NULL,
    y integer NOT NULL,
    photos integer NOT NULL,
    latitudes bigint NOT NULL,
    longitudes bigint NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.library_mapchange FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_mapchange OWNER TO glassine_owner;

CREATE TABLE public.library_mapsquare (
    id uuid NOT NULL,
    level smallint NOT NULL,
    x integer NOT NULL,
    y integer NOT NULL,
    photos integer NOT NULL,
    latitudes bigint NOT NULL,
    longitudes bigint NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.library_mapsquare FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_mapsquare OWNER TO glassine_owner;

CREATE TABLE public.library_monthcount (
    id uuid NOT NULL,
    month date NOT NULL,
    photos integer NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.library_monthcount FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_monthcount OWNER TO glassine_owner;

CREATE TABLE public.library_namedplace (
    id uuid NOT NULL,
    name character varying(120) NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    radius integer NOT NULL,
    studio_id uuid NOT NULL,
    CONSTRAINT library_namedplace_on_earth CHECK (((latitude >= ('-90.0'::numeric)::double precision) AND (latitude <= (90.0)::double precision) AND (longitude >= ('-180.0'::numeric)::double precision) AND (longitude <= (180.0)::double precision))),
    CONSTRAINT library_namedplace_radius CHECK (((radius >= 10) AND (radius <= 50000))),
    CONSTRAINT library_namedplace_radius_check CHECK ((radius >= 0))
);

ALTER TABLE ONLY public.library_namedplace FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_namedplace OWNER TO glassine_owner;

CREATE TABLE public.library_personphoto (
    id uuid NOT NULL,
    wall timestamp with time zone NOT NULL,
    is_dated boolean NOT NULL,
    kind character varying(8) NOT NULL,
    tier character varying(6) NOT NULL,
    stacked character varying(8) NOT NULL,
    rating smallint NOT NULL,
    label character varying(12) NOT NULL,
    flag character varying(6) NOT NULL,
    person_id uuid NOT NULL,
    photo_id uuid NOT NULL,
    studio_id uuid NOT NULL,
    CONSTRAINT library_personphoto_rating_check CHECK ((rating >= 0))
)
WITH (autovacuum_vacuum_scale_factor='0.01', autovacuum_vacuum_threshold='1000');

ALTER TABLE ONLY public.library_personphoto FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_personphoto OWNER TO glassine_owner;

CREATE TABLE public.library_photoplace (
    id uuid NOT NULL,
    latitude double precision,
    longitude double precision,
    by_hand boolean NOT NULL,
    country character varying(2) NOT NULL,
    city character varying(80) NOT NULL,
    named_id uuid,
    photo_id uuid NOT NULL,
    studio_id uuid NOT NULL,
    from_camera character varying(120) DEFAULT ''::character varying NOT NULL,
    from_seconds integer,
    CONSTRAINT library_photoplace_borrowed CHECK (((((from_camera)::text = ''::text) AND (from_seconds IS NULL)) OR ((NOT ((from_camera)::text = ''::text)) AND (from_seconds IS NOT NULL)))),
    CONSTRAINT library_photoplace_from_seconds_check CHECK ((from_seconds >= 0)),
    CONSTRAINT library_photoplace_on_earth CHECK ((((latitude IS NULL) AND (longitude IS NULL)) OR ((latitude >= ('-90.0'::numeric)::double precision) AND (latitude <= (90.0)::double precision) AND (longitude >= ('-180.0'::numeric)::double precision) AND (longitude <= (180.0)::double precision))))
);

ALTER TABLE ONLY public.library_photoplace FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_photoplace OWNER TO glassine_owner;

CREATE VIEW public.library_source WITH (security_invoker='true') AS
 SELECT p.id,
    p.studio_id,
    p.id AS photo_id,
        CASE
            WHEN ((p.taken_at IS NOT NULL) AND (NOT p.taken_by_hand) AND pg_input_is_valid((p.facts ->> 'taken_at'::text), 'timestamp'::text)) THEN (((p.facts ->> 'taken_at'::text))::timestamp without time zone AT TIME ZONE 'UTC'::text)
            WHEN ((p.taken_at IS NOT NULL) AND (p.taken_offset IS NOT NULL)) THEN (p.taken_at + ((p.taken_offset)::double precision * '00:01:00'::interval))
            ELSE ((COALESCE(p.taken_at, p.created_at) AT TIME ZONE s.time_zone) AT TIME ZONE 'UTC'::text)
        END AS wall,
    (p.taken_at IS NOT NULL) AS is_dated,
    p.created_at AS uploaded_at,
    known.camera,
    known.lens,
        CASE
            WHEN (abs(public.library_number(p.facts, 'iso'::text)) < (2147483647)::double precision) THEN (public.library_number(p.facts, 'iso'::text))::integer
            ELSE NULL::integer
        END AS iso,
    public.library_number(p.facts, 'aperture'::text) AS aperture,
    public.library_number(p.facts, 'exposure_seconds'::text) AS exposure,
    public.library_number(p.facts, 'focal_length_mm'::text) AS focal_length,
        CASE
            WHEN k.by_hand THEN k.latitude
            ELSE public.library_number(p.facts, 'latitude'::text)
        END AS latitude,
        CASE
            WHEN k.by_hand THEN k.longitude
            ELSE public.library_number(p.facts, 'longitude'::text)
        END AS longitude,
    p.rating,
    p.label,
    p.flag,
    known.keywords,
    (((((((public.library_vector((p.caption)::text) || public.library_vector(array_to_string(known.keywords, ' '::text))) || public.library_vector((p.place)::text)) || public.library_vector(((known.camera || ' '::text) || known.lens))) || public.library_name((p.camera_name)::text)) || public.library_vector((COALESCE(k.city, ''::character varying))::text)) || public.library_vector((p.photographer)::text)) || array_to_tsvector(((lies.marks ||
        CASE
            WHEN ((k.country)::text > ''::text) THEN ARRAY[('#c:'::text || (k.country)::text)]
            ELSE '{}'::text[]
        END) ||
        CASE
            WHEN (k.named_id IS NOT NULL) THEN ARRAY[('#p:'::text || replace((k.named_id)::text, '-'::text, ''::text))]
            ELSE '{}'::text[]
        END))) AS words,
    (COALESCE(k.country, ''::character varying))::character varying(2) AS country,
    (COALESCE(k.city, ''::character varying))::character varying(80) AS city,
    k.named_id,
    p.photographer,
    p.kind,
    (
        CASE
            WHEN (p.approved_at IS NOT NULL) THEN 'gold'::text
            WHEN ((p.state)::text = 'ready'::text) THEN 'silver'::text
            ELSE 'bronze'::text
        END)::character varying(6) AS tier,
    (COALESCE(t.kind, ''::character varying))::character varying(8) AS stacked,
    ((p.state)::text = 'failed'::text) AS has_problem
   FROM (((((public.albums_photo p
     JOIN public.accounts_studio s ON ((s.id = p.studio_id)))
     LEFT JOIN public.library_photoplace k ON (((k.studio_id = p.studio_id) AND (k.photo_id = p.id))))
     LEFT JOIN public.albums_stack t ON (((t.studio_id = p.studio_id) AND (t.id = p.stack_id))))
     CROSS JOIN LATERAL ( SELECT public.library_camera(COALESCE((p.facts ->> 'make'::text), ''::text), COALESCE((p.facts ->> 'model'::text), ''::text)) AS camera,
            "left"(COALESCE((p.facts ->> 'lens'::text), ''::text), 120) AS lens,
            ARRAY( SELECT array_to_string(parts.parts[1:depth.depth], '|'::text) AS array_to_string
                   FROM ((jsonb_array_elements_text(
                        CASE jsonb_typeof(p.keywords)
                            WHEN 'array'::text THEN p.keywords
                            ELSE '[]'::jsonb
                        END) WITH ORDINALITY each(word, number)
                     CROSS JOIN LATERAL string_to_array(public.library_fold(each.word), '|'::text) parts(parts))
                     CROSS JOIN LATERAL generate_series(1, cardinality(parts.parts)) depth(depth))
                  ORDER BY each.number, depth.depth DESC) AS keywords) known)
     CROSS JOIN LATERAL ( SELECT (array_agg(('#a:'::text || replace((l.album_id)::text, '-'::text, ''::text))) || COALESCE(array_agg(('#s:'::text || replace((l.section_id)::text, '-'::text, ''::text))) FILTER (WHERE (l.section_id IS NOT NULL)), '{}'::text[])) AS marks
           FROM (public.albums_placement l
             JOIN public.albums_album a ON (((a.studio_id = l.studio_id) AND (a.id = l.album_id))))
          WHERE ((l.studio_id = p.studio_id) AND (l.photo_id = p.id) AND (l.trashed_at IS NULL) AND (a.trashed_at IS NULL))) lies)
  WHERE ((p.trashed_at IS NULL) AND (cardinality(lies.marks) > 0));

ALTER VIEW public.library_source OWNER TO glassine_owner;

CREATE TABLE public.library_valuecount (
    id uuid NOT NULL,
    facet character varying(12) NOT NULL,
    value text NOT NULL,
    photos integer NOT NULL,
    is_sum boolean DEFAULT false NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.library_valuecount FORCE ROW LEVEL SECURITY;

ALTER TABLE public.library_valuecount OWNER TO glassine_owner;

CREATE TABLE public.media_blob (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    sha256 character varying(64) NOT NULL,
    size bigint NOT NULL,
    crc32 bigint,
    mime character varying(40) NOT NULL,
    storage_key character varying(160) NOT NULL,
    state character varying(8) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    doomed_at timestamp with time zone,
    checked_at timestamp with time zone NOT NULL,
    alarmed_at timestamp with time zone,
    CONSTRAINT media_blob_crc32_check CHECK ((crc32 >= 0))
)
WITH (autovacuum_analyze_scale_factor='0.01', autovacuum_analyze_threshold='200');

ALTER TABLE ONLY public.media_blob FORCE ROW LEVEL SECURITY;

ALTER TABLE public.media_blob OWNER TO glassine_owner;

CREATE TABLE public.media_blobevent (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    blob_id uuid NOT NULL,
    sha256 character varying(64) NOT NULL,
    size bigint NOT NULL,
    event character varying(20) NOT NULL,
    reason character varying(200) NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.media_blobevent FORCE ROW LEVEL SECURITY;

ALTER TABLE public.media_blobevent OWNER TO glassine_owner;

CREATE TABLE public.media_rendition (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    source_id uuid NOT NULL,
    blob_id uuid NOT NULL,
    kind character varying(60) NOT NULL,
    recipe smallint NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    exposure double precision,
    sharpness double precision,
    CONSTRAINT media_rendition_height_check CHECK ((height >= 0)),
    CONSTRAINT media_rendition_recipe_check CHECK ((recipe >= 0)),
    CONSTRAINT media_rendition_width_check CHECK ((width >= 0))
)
WITH (autovacuum_analyze_scale_factor='0.01', autovacuum_analyze_threshold='200');

ALTER TABLE ONLY public.media_rendition FORCE ROW LEVEL SECURITY;

ALTER TABLE public.media_rendition OWNER TO glassine_owner;

CREATE TABLE public.monitoring_heartbeat (
    id uuid NOT NULL,
    service character varying(30) NOT NULL,
    instance character varying(120) NOT NULL,
    at timestamp with time zone NOT NULL,
    drift_ms integer NOT NULL
);

ALTER TABLE ONLY public.monitoring_heartbeat FORCE ROW LEVEL SECURITY;

ALTER TABLE public.monitoring_heartbeat OWNER TO glassine_owner;

CREATE TABLE public.monitoring_serviceperiod (
    id uuid NOT NULL,
    service character varying(30) NOT NULL,
    condition character varying(8) NOT NULL,
    sentence character varying(300) NOT NULL,
    began_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.monitoring_serviceperiod FORCE ROW LEVEL SECURITY;

ALTER TABLE public.monitoring_serviceperiod OWNER TO glassine_owner;

CREATE TABLE public.monitoring_servicestate (
    id uuid NOT NULL,
    service character varying(30) NOT NULL,
    condition character varying(8) NOT NULL,
    sentence character varying(300) NOT NULL,
    remedy character varying(300) NOT NULL,
    facts jsonb NOT NULL,
    since timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    told_at timestamp with time zone
);

ALTER TABLE ONLY public.monitoring_servicestate FORCE ROW LEVEL SECURITY;

ALTER TABLE public.monitoring_servicestate OWNER TO glassine_owner;

CREATE TABLE public.portability_exportfile (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    export_id uuid NOT NULL,
    blob_id uuid NOT NULL
);

ALTER TABLE ONLY public.portability_exportfile FORCE ROW LEVEL SECURITY;

ALTER TABLE public.portability_exportfile OWNER TO glassine_owner;

CREATE TABLE public.portability_exportpart (
    id uuid NOT NULL,
    number smallint NOT NULL,
    name character varying(160) NOT NULL,
    length bigint NOT NULL,
    plan bytea NOT NULL,
    studio_id uuid NOT NULL,
    export_id uuid NOT NULL,
    CONSTRAINT portability_exportpart_number_check CHECK ((number >= 0))
);

ALTER TABLE ONLY public.portability_exportpart FORCE ROW LEVEL SECURITY;

ALTER TABLE public.portability_exportpart OWNER TO glassine_owner;

CREATE TABLE public.portability_studioexport (
    id uuid NOT NULL,
    task_id uuid,
    created_at timestamp with time zone NOT NULL,
    taken_at timestamp with time zone,
    ready_at timestamp with time zone,
    expires_at timestamp with time zone,
    files integer NOT NULL,
    draft bytea,
    key_sealed text NOT NULL,
    salt character varying(32) NOT NULL,
    studio_id uuid NOT NULL,
    who_id uuid,
    title character varying(200) DEFAULT ''::character varying NOT NULL,
    what character varying(8) DEFAULT 'studio'::character varying NOT NULL,
    CONSTRAINT portability_studioexport_files_check CHECK ((files >= 0))
);

ALTER TABLE ONLY public.portability_studioexport FORCE ROW LEVEL SECURITY;

ALTER TABLE public.portability_studioexport OWNER TO glassine_owner;

CREATE TABLE public.sharing_activity (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    shown_id uuid NOT NULL,
    link_id uuid,
    visitor_id uuid,
    photo_id uuid,
    kind character varying(12) NOT NULL,
    device character varying(60) NOT NULL,
    detail jsonb NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.sharing_activity FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_activity OWNER TO glassine_owner;

CREATE TABLE public.sharing_archive (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    link_id uuid NOT NULL,
    visitor_id uuid,
    what character varying(200) NOT NULL,
    size character varying(10) NOT NULL,
    part smallint NOT NULL,
    parts smallint NOT NULL,
    etag character varying(64) NOT NULL,
    length bigint NOT NULL,
    photos integer NOT NULL,
    plan bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    holder character varying(32) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT sharing_archive_part_check CHECK ((part >= 0)),
    CONSTRAINT sharing_archive_parts_check CHECK ((parts >= 0)),
    CONSTRAINT sharing_archive_photos_check CHECK ((photos >= 0))
);

ALTER TABLE ONLY public.sharing_archive FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_archive OWNER TO glassine_owner;

CREATE TABLE public.sharing_clientemail (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    email_id uuid NOT NULL,
    album_id uuid NOT NULL,
    link_id uuid,
    visitor_id uuid,
    selection_id uuid,
    kind character varying(10) NOT NULL,
    note text NOT NULL,
    language character varying(7) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    due_on date,
    due_time time without time zone
);

ALTER TABLE ONLY public.sharing_clientemail FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_clientemail OWNER TO glassine_owner;

CREATE TABLE public.sharing_comment (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    shown_id uuid NOT NULL,
    photo_id uuid NOT NULL,
    link_id uuid,
    visitor_id uuid,
    author_id uuid,
    parent_id uuid,
    body text NOT NULL,
    pin_x double precision,
    pin_y double precision,
    created_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone,
    read_at timestamp with time zone,
    CONSTRAINT sharing_comment_pin CHECK ((((pin_x IS NULL) AND (pin_y IS NULL)) OR ((pin_x >= (0.0)::double precision) AND (pin_x <= (1.0)::double precision) AND (pin_y >= (0.0)::double precision) AND (pin_y <= (1.0)::double precision))))
);

ALTER TABLE ONLY public.sharing_comment FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_comment OWNER TO glassine_owner;

CREATE TABLE public.sharing_emailtemplate (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    kind character varying(10) NOT NULL,
    subject character varying(150) NOT NULL,
    body text NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.sharing_emailtemplate FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_emailtemplate OWNER TO glassine_owner;

CREATE TABLE public.sharing_foundphotos (
    id uuid NOT NULL,
    photos uuid[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    link_id uuid NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.sharing_foundphotos FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_foundphotos OWNER TO glassine_owner;

CREATE TABLE public.sharing_hiderequest (
    id uuid NOT NULL,
    name character varying(120) NOT NULL,
    photos uuid[] NOT NULL,
    answer character varying(7) NOT NULL,
    answered_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    answered_by_id uuid,
    link_id uuid,
    shown_id uuid NOT NULL,
    studio_id uuid NOT NULL,
    visitor_id uuid
);

ALTER TABLE ONLY public.sharing_hiderequest FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_hiderequest OWNER TO glassine_owner;

CREATE TABLE public.sharing_mark (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    shown_id uuid NOT NULL,
    visitor_id uuid NOT NULL,
    photo_id uuid NOT NULL,
    verdict character varying(8) NOT NULL,
    label character varying(6) NOT NULL,
    stars smallint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT sharing_mark_stars CHECK ((stars <= 5)),
    CONSTRAINT sharing_mark_stars_check CHECK ((stars >= 0))
);

ALTER TABLE ONLY public.sharing_mark FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_mark OWNER TO glassine_owner;

CREATE TABLE public.sharing_pick (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    selection_id uuid NOT NULL,
    photo_id uuid NOT NULL,
    round smallint NOT NULL,
    work character varying(10) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT sharing_pick_round_check CHECK ((round >= 0))
)
WITH (autovacuum_analyze_scale_factor='0.01', autovacuum_analyze_threshold='200');

ALTER TABLE ONLY public.sharing_pick FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_pick OWNER TO glassine_owner;

CREATE TABLE public.sharing_preset (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    kind character varying(6) NOT NULL,
    name character varying(80) NOT NULL,
    "values" jsonb NOT NULL,
    is_default boolean NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.sharing_preset FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_preset OWNER TO glassine_owner;

CREATE TABLE public.sharing_selection (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    shown_id uuid NOT NULL,
    visitor_id uuid NOT NULL,
    preset_id uuid,
    title character varying(80) NOT NULL,
    state character varying(6) NOT NULL,
    round smallint NOT NULL,
    extra integer NOT NULL,
    note text NOT NULL,
    sent_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    asked_more_at timestamp with time zone,
    CONSTRAINT sharing_selection_extra_check CHECK ((extra >= 0)),
    CONSTRAINT sharing_selection_round_check CHECK ((round >= 0)),
    CONSTRAINT sharing_selection_sent_at CHECK (((NOT ((state)::text = 'sent'::text)) OR (sent_at IS NOT NULL)))
);

ALTER TABLE ONLY public.sharing_selection FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_selection OWNER TO glassine_owner;

CREATE TABLE public.sharing_selectionpreset (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    shown_id uuid NOT NULL,
    title character varying(80) NOT NULL,
    minimum integer NOT NULL,
    maximum integer,
    rank integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT sharing_preset_limits CHECK (((maximum IS NULL) OR (maximum >= minimum))),
    CONSTRAINT sharing_selectionpreset_maximum_check CHECK ((maximum >= 0)),
    CONSTRAINT sharing_selectionpreset_minimum_check CHECK ((minimum >= 0)),
    CONSTRAINT sharing_selectionpreset_rank_check CHECK ((rank >= 0))
);

ALTER TABLE ONLY public.sharing_selectionpreset FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_selectionpreset OWNER TO glassine_owner;

CREATE TABLE public.sharing_sharelink (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    shown_id uuid NOT NULL,
    album_id uuid NOT NULL,
    label character varying(80) NOT NULL,
    token_hash character varying(64) NOT NULL,
    token_sealed character varying(300) NOT NULL,
    password_hash character varying(128) NOT NULL,
    download character varying(8) NOT NULL,
    download_limit integer,
    metadata character varying(10) NOT NULL,
    pin_hash character varying(128) NOT NULL,
    pin_sealed character varying(300) NOT NULL,
    pin_version integer NOT NULL,
    may_favourite boolean NOT NULL,
    may_comment boolean NOT NULL,
    may_rate boolean NOT NULL,
    is_main boolean NOT NULL,
    asks_identity boolean NOT NULL,
    is_watermarked boolean NOT NULL,
    has_reminders boolean NOT NULL,
    slug character varying(60) NOT NULL,
    expires_on date,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    version integer NOT NULL,
    views integer NOT NULL,
    last_opened_at timestamp with time zone,
    created_by_id uuid,
    created_at timestamp with time zone NOT NULL,
    people character varying(5) DEFAULT 'off'::character varying NOT NULL,
    only_agreed boolean DEFAULT false NOT NULL,
    file_names character varying(100) DEFAULT ''::character varying NOT NULL,
    may_find boolean DEFAULT false NOT NULL,
    upload character varying(4) DEFAULT 'off'::character varying NOT NULL,
    uploads_wait boolean DEFAULT true NOT NULL,
    may_search boolean DEFAULT false NOT NULL,
    may_see_places boolean DEFAULT false NOT NULL,
    CONSTRAINT sharing_sharelink_download_limit_check CHECK ((download_limit >= 0)),
    CONSTRAINT sharing_sharelink_pin_version_check CHECK ((pin_version >= 0)),
    CONSTRAINT sharing_sharelink_shown CHECK ((album_id = shown_id)),
    CONSTRAINT sharing_sharelink_version_check CHECK ((version >= 0)),
    CONSTRAINT sharing_sharelink_views_check CHECK ((views >= 0))
);

ALTER TABLE ONLY public.sharing_sharelink FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_sharelink OWNER TO glassine_owner;

CREATE TABLE public.sharing_shown (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    kind character varying(10) NOT NULL,
    album_id uuid,
    email_texts jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT sharing_shown_album CHECK (((NOT ((kind)::text = 'album'::text)) OR ((album_id IS NOT NULL) AND (album_id = id)))),
    CONSTRAINT sharing_shown_collection CHECK (((NOT ((kind)::text = 'collection'::text)) OR ((album_id IS NOT NULL) AND (album_id = id))))
);

ALTER TABLE ONLY public.sharing_shown FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_shown OWNER TO glassine_owner;

CREATE TABLE public.sharing_studioclient (
    id uuid NOT NULL,
    version integer NOT NULL,
    code_hash character varying(128) NOT NULL,
    code_expires_at timestamp with time zone,
    email character varying(254) NOT NULL,
    name character varying(120) DEFAULT ''::character varying NOT NULL,
    seen_at timestamp with time zone,
    active_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    studio_id uuid NOT NULL,
    CONSTRAINT sharing_studioclient_version_check CHECK ((version >= 0))
);

ALTER TABLE ONLY public.sharing_studioclient FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_studioclient OWNER TO glassine_owner;

CREATE TABLE public.sharing_takenphoto (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    link_id uuid NOT NULL,
    photo_id uuid NOT NULL,
    at timestamp with time zone NOT NULL
)
WITH (autovacuum_analyze_scale_factor='0.01', autovacuum_analyze_threshold='200');

ALTER TABLE ONLY public.sharing_takenphoto FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_takenphoto OWNER TO glassine_owner;

CREATE TABLE public.sharing_visitor (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    shown_id uuid NOT NULL,
    link_id uuid,
    name character varying(120) NOT NULL,
    email character varying(254) NOT NULL,
    version integer NOT NULL,
    code_hash character varying(128) NOT NULL,
    code_expires_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    claimed_email character varying(254) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT sharing_visitor_version_check CHECK ((version >= 0))
);

ALTER TABLE ONLY public.sharing_visitor FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_visitor OWNER TO glassine_owner;

CREATE TABLE public.sharing_watermark (
    id uuid NOT NULL,
    studio_id uuid NOT NULL,
    album_id uuid,
    text character varying(80) NOT NULL,
    picture bytea,
    opacity smallint NOT NULL,
    scale smallint NOT NULL,
    version integer NOT NULL,
    CONSTRAINT sharing_watermark_look CHECK (((opacity >= 5) AND (opacity <= 100) AND (scale >= 5) AND (scale <= 100))),
    CONSTRAINT sharing_watermark_opacity_check CHECK ((opacity >= 0)),
    CONSTRAINT sharing_watermark_scale_check CHECK ((scale >= 0)),
    CONSTRAINT sharing_watermark_version_check CHECK ((version >= 0))
);

ALTER TABLE ONLY public.sharing_watermark FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_watermark OWNER TO glassine_owner;

CREATE TABLE public.smart_collections_collection (
    id uuid NOT NULL,
    title character varying(120) NOT NULL,
    photos uuid[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.smart_collections_collection FORCE ROW LEVEL SECURITY;

ALTER TABLE public.smart_collections_collection OWNER TO glassine_owner;

CREATE TABLE public.smart_collections_smartcollection (
    id uuid NOT NULL,
    title character varying(120) NOT NULL,
    rules jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.smart_collections_smartcollection FORCE ROW LEVEL SECURITY;

ALTER TABLE public.smart_collections_smartcollection OWNER TO glassine_owner;

CREATE VIEW public.smart_collections_photo WITH (security_invoker='true') AS
 WITH found AS (
         SELECT c.studio_id,
            c.id AS album_id,
            o.photo_id,
            lpad((o.place)::text, 8, '0'::text) AS sort_key,
            l.uploaded_at,
            false AS is_live
           FROM ((public.smart_collections_collection c
             CROSS JOIN LATERAL unnest(c.photos) WITH ORDINALITY o(photo_id, place))
             JOIN public.library_libraryphoto l ON (((l.studio_id = c.studio_id) AND (l.id = o.photo_id))))
        UNION ALL
         SELECT s.studio_id,
            s.id,
            l.id,
            to_char((l.wall AT TIME ZONE 'UTC'::text), 'YYYYMMDDHH24MISSUS'::text) AS to_char,
            l.uploaded_at,
            true
           FROM (public.smart_collections_smartcollection s
             JOIN public.library_libraryphoto l ON ((l.studio_id = s.studio_id)))
        )
 SELECT photo_id AS id,
    studio_id,
    album_id,
    NULL::uuid AS section_id,
    photo_id,
    0 AS section_rank,
    ((sort_key)::character varying(300) COLLATE "C") AS sort_key,
    ((EXISTS ( SELECT
           FROM ((public.albums_placement p
             JOIN public.albums_album a ON (((a.studio_id = p.studio_id) AND (a.id = p.album_id))))
             LEFT JOIN public.albums_section s ON (((s.studio_id = p.studio_id) AND (s.id = p.section_id))))
          WHERE ((p.studio_id = f.studio_id) AND (p.photo_id = f.photo_id) AND (p.trashed_at IS NULL) AND (a.trashed_at IS NULL) AND (p.is_hidden OR p.is_withheld OR (p.audience IS NOT NULL) OR (s.audience IS NOT NULL))))) OR (is_live AND (NOT (EXISTS ( SELECT
           FROM (public.albums_placement p
             JOIN public.albums_album a ON (((a.studio_id = p.studio_id) AND (a.id = p.album_id))))
          WHERE ((p.studio_id = f.studio_id) AND (p.photo_id = f.photo_id) AND (p.trashed_at IS NULL) AND (a.trashed_at IS NULL) AND ((a.state)::text <> 'draft'::text))))))) AS is_hidden,
    false AS is_withheld,
    NULL::uuid[] AS audience,
    uploaded_at AS created_at,
    NULL::timestamp with time zone AS trashed_at
   FROM found f;

ALTER VIEW public.smart_collections_photo OWNER TO glassine_owner;

CREATE TABLE public.tagging_aiprompt (
    id uuid NOT NULL,
    purpose character varying(10) NOT NULL,
    text text NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.tagging_aiprompt FORCE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_aiprompt OWNER TO glassine_owner;

CREATE TABLE public.tagging_aiprovider (
    id uuid NOT NULL,
    "position" smallint NOT NULL,
    kind character varying(6) NOT NULL,
    url character varying(300) NOT NULL,
    model character varying(100) NOT NULL,
    sealed_key text NOT NULL,
    price_in integer NOT NULL,
    price_out integer NOT NULL,
    failures smallint NOT NULL,
    rests_until timestamp with time zone,
    studio_id uuid NOT NULL,
    CONSTRAINT tagging_aiprovider_failures_check CHECK ((failures >= 0)),
    CONSTRAINT tagging_aiprovider_position_check CHECK (("position" >= 0)),
    CONSTRAINT tagging_aiprovider_price_in_check CHECK ((price_in >= 0)),
    CONSTRAINT tagging_aiprovider_price_out_check CHECK ((price_out >= 0)),
    CONSTRAINT tagging_provider_two CHECK (("position" = ANY (ARRAY[1, 2])))
);

ALTER TABLE ONLY public.tagging_aiprovider FORCE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_aiprovider OWNER TO glassine_owner;

CREATE TABLE public.tagging_aisettings (
    id uuid NOT NULL,
    is_on boolean NOT NULL,
    consent_at timestamp with time zone,
    consent_version smallint NOT NULL,
    consent_to character varying(300)[] NOT NULL,
    purposes character varying(10)[] NOT NULL,
    language character varying(8) NOT NULL,
    describes_new boolean NOT NULL,
    accept_from smallint,
    monthly_cap integer NOT NULL,
    consent_by_id uuid,
    studio_id uuid NOT NULL,
    CONSTRAINT tagging_aisettings_accept_from_check CHECK ((accept_from >= 0)),
    CONSTRAINT tagging_aisettings_consent_version_check CHECK ((consent_version >= 0)),
    CONSTRAINT tagging_aisettings_monthly_cap_check CHECK ((monthly_cap >= 0)),
    CONSTRAINT tagging_settings_consent CHECK (((NOT is_on) OR ((consent_at IS NOT NULL) AND (NOT (consent_to = '{}'::character varying(300)[])))))
);

ALTER TABLE ONLY public.tagging_aisettings FORCE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_aisettings OWNER TO glassine_owner;

CREATE TABLE public.tagging_aiusage (
    id uuid NOT NULL,
    month date NOT NULL,
    requests integer NOT NULL,
    tokens_in bigint NOT NULL,
    tokens_out bigint NOT NULL,
    cost bigint NOT NULL,
    studio_id uuid NOT NULL,
    CONSTRAINT tagging_aiusage_cost_check CHECK ((cost >= 0)),
    CONSTRAINT tagging_aiusage_requests_check CHECK ((requests >= 0)),
    CONSTRAINT tagging_aiusage_tokens_in_check CHECK ((tokens_in >= 0)),
    CONSTRAINT tagging_aiusage_tokens_out_check CHECK ((tokens_out >= 0))
);

ALTER TABLE ONLY public.tagging_aiusage FORCE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_aiusage OWNER TO glassine_owner;

CREATE TABLE public.tagging_meaningserver (
    id uuid NOT NULL,
    kind character varying(6) NOT NULL,
    url character varying(300) NOT NULL,
    model character varying(100) NOT NULL,
    sealed_key text NOT NULL,
    price_in integer NOT NULL,
    failures smallint NOT NULL,
    rests_until timestamp with time zone,
    is_on boolean NOT NULL,
    consent_at timestamp with time zone,
    consent_version smallint NOT NULL,
    consent_to character varying(300) NOT NULL,
    consent_by_id uuid,
    studio_id uuid NOT NULL,
    CONSTRAINT tagging_meaningserver_consent CHECK (((NOT is_on) OR ((consent_at IS NOT NULL) AND (NOT ((consent_to)::text = ''::text))))),
    CONSTRAINT tagging_meaningserver_consent_version_check CHECK ((consent_version >= 0)),
    CONSTRAINT tagging_meaningserver_failures_check CHECK ((failures >= 0)),
    CONSTRAINT tagging_meaningserver_price_in_check CHECK ((price_in >= 0))
);

ALTER TABLE ONLY public.tagging_meaningserver FORCE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_meaningserver OWNER TO glassine_owner;

CREATE TABLE public.tagging_meaningwait (
    id uuid NOT NULL,
    since timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    photo_id uuid NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.tagging_meaningwait FORCE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_meaningwait OWNER TO glassine_owner;

CREATE TABLE public.tagging_photomeaning (
    id uuid NOT NULL,
    model character varying(100) NOT NULL,
    dimension smallint NOT NULL,
    vector public.halfvec NOT NULL,
    digest bytea NOT NULL,
    photo_id uuid NOT NULL,
    studio_id uuid NOT NULL,
    CONSTRAINT tagging_photomeaning_dimension CHECK ((dimension = public.vector_dims(vector))),
    CONSTRAINT tagging_photomeaning_dimension_check CHECK ((dimension >= 0))
);

ALTER TABLE ONLY public.tagging_photomeaning FORCE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_photomeaning OWNER TO glassine_owner;

CREATE TABLE public.tagging_prompttrial (
    id uuid NOT NULL,
    purpose character varying(10) NOT NULL,
    prompt text NOT NULL,
    state character varying(7) NOT NULL,
    proposals jsonb NOT NULL,
    model character varying(100) NOT NULL,
    problem character varying(300) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    photo_id uuid NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.tagging_prompttrial FORCE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_prompttrial OWNER TO glassine_owner;

CREATE TABLE public.tagging_suggestion (
    id uuid NOT NULL,
    purpose character varying(10) NOT NULL,
    text character varying(500) NOT NULL,
    folded character varying(320) NOT NULL,
    confidence smallint NOT NULL,
    state character varying(10) NOT NULL,
    model character varying(100) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    decided_by_id uuid,
    photo_id uuid NOT NULL,
    studio_id uuid NOT NULL,
    CONSTRAINT tagging_suggestion_confidence_check CHECK ((confidence >= 0)),
    CONSTRAINT tagging_suggestion_percent CHECK ((confidence <= 100))
);

ALTER TABLE ONLY public.tagging_suggestion FORCE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_suggestion OWNER TO glassine_owner;

CREATE TABLE public.uploads_importentry (
    id uuid NOT NULL,
    number integer NOT NULL,
    path text NOT NULL,
    facts jsonb NOT NULL,
    outcome character varying(10) NOT NULL,
    reason character varying(300) NOT NULL,
    sha256 character varying(64) NOT NULL,
    gallery character varying(120) NOT NULL,
    section character varying(120) NOT NULL,
    "position" double precision,
    photo uuid,
    studio_id uuid NOT NULL,
    run_id uuid NOT NULL,
    CONSTRAINT uploads_importentry_number_check CHECK ((number >= 0))
);

ALTER TABLE ONLY public.uploads_importentry FORCE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_importentry OWNER TO glassine_owner;

CREATE TABLE public.uploads_importrun (
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    source character varying(10) NOT NULL,
    place character varying(255) NOT NULL,
    records character varying(255) NOT NULL,
    title character varying(120) NOT NULL,
    is_dry boolean NOT NULL,
    key_sealed text NOT NULL,
    is_listed boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    studio_id uuid NOT NULL,
    who_id uuid
);

ALTER TABLE ONLY public.uploads_importrun FORCE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_importrun OWNER TO glassine_owner;

CREATE TABLE public.uploads_inbox (
    id uuid NOT NULL,
    keeps_duplicates boolean NOT NULL,
    last_event character varying(400) NOT NULL,
    last_at timestamp with time zone,
    studio_id uuid NOT NULL,
    rule character varying(6) DEFAULT 'first'::character varying NOT NULL,
    album_id uuid
);

ALTER TABLE ONLY public.uploads_inbox FORCE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_inbox OWNER TO glassine_owner;

CREATE TABLE public.uploads_inboxfile (
    id uuid NOT NULL,
    path text NOT NULL,
    size bigint NOT NULL,
    mtime_ns bigint NOT NULL,
    still_since timestamp with time zone NOT NULL,
    state character varying(8) NOT NULL,
    reason character varying(300) NOT NULL,
    not_before timestamp with time zone,
    aside text NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.uploads_inboxfile FORCE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_inboxfile OWNER TO glassine_owner;

CREATE TABLE public.uploads_inboxfolder (
    id uuid NOT NULL,
    name character varying(255) NOT NULL,
    album_id uuid NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.uploads_inboxfolder FORCE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_inboxfolder OWNER TO glassine_owner;

CREATE TABLE public.uploads_receivedfile (
    id uuid NOT NULL,
    name character varying(255) NOT NULL,
    size bigint NOT NULL,
    sha256 character varying(64) NOT NULL,
    state character varying(9) NOT NULL,
    reason character varying(300) NOT NULL,
    withdrawn_at timestamp with time zone,
    at timestamp with time zone NOT NULL,
    album_id uuid NOT NULL,
    link_id uuid,
    photo_id uuid,
    studio_id uuid NOT NULL,
    visitor_id uuid,
    receipt uuid,
    user_id uuid
);

ALTER TABLE ONLY public.uploads_receivedfile FORCE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_receivedfile OWNER TO glassine_owner;

CREATE TABLE public.uploads_sidecar (
    id uuid NOT NULL,
    name character varying(255) NOT NULL,
    stem character varying(255) NOT NULL,
    packet text NOT NULL,
    said jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    album_id uuid NOT NULL,
    photo_id uuid,
    studio_id uuid NOT NULL,
    user_id uuid
);

ALTER TABLE ONLY public.uploads_sidecar FORCE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_sidecar OWNER TO glassine_owner;

CREATE TABLE public.uploads_upload (
    id uuid NOT NULL,
    metadata text NOT NULL,
    length bigint NOT NULL,
    "offset" bigint NOT NULL,
    result character varying(10) NOT NULL,
    touched_at timestamp with time zone NOT NULL,
    album_id uuid,
    photo_id uuid,
    studio_id uuid NOT NULL,
    user_id uuid,
    link_id uuid,
    visitor_id uuid,
    concat text DEFAULT ''::text NOT NULL,
    CONSTRAINT uploads_upload_offset CHECK ((("offset" >= 0) AND ("offset" <= length))),
    CONSTRAINT uploads_upload_sender CHECK ((((link_id IS NULL) AND (user_id IS NOT NULL) AND (visitor_id IS NULL)) OR ((link_id IS NOT NULL) AND (user_id IS NULL) AND (visitor_id IS NOT NULL))))
);

ALTER TABLE ONLY public.uploads_upload FORCE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_upload OWNER TO glassine_owner;

CREATE TABLE public.webhooks_webhook (
    id uuid NOT NULL,
    url character varying(500) NOT NULL,
    events character varying(60)[] NOT NULL,
    is_active boolean NOT NULL,
    sealed text NOT NULL,
    former text NOT NULL,
    former_until timestamp with time zone,
    served_at timestamp with time zone NOT NULL,
    failing_since timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    studio_id uuid NOT NULL
);

ALTER TABLE ONLY public.webhooks_webhook FORCE ROW LEVEL SECURITY;

ALTER TABLE public.webhooks_webhook OWNER TO glassine_owner;

CREATE TABLE public.webhooks_webhookdelivery (
    id uuid NOT NULL,
    event character varying(80) NOT NULL,
    source_id uuid NOT NULL,
    state character varying(10) NOT NULL,
    attempts smallint NOT NULL,
    status smallint,
    answer character varying(500) NOT NULL,
    error character varying(300) NOT NULL,
    took_ms integer,
    due_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    tried_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    studio_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    CONSTRAINT webhooks_webhookdelivery_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT webhooks_webhookdelivery_status_check CHECK ((status >= 0)),
    CONSTRAINT webhooks_webhookdelivery_took_ms_check CHECK ((took_ms >= 0))
);

ALTER TABLE ONLY public.webhooks_webhookdelivery FORCE ROW LEVEL SECURITY;

ALTER TABLE public.webhooks_webhookdelivery OWNER TO glassine_owner;

ALTER TABLE ONLY public.accounts_apikey
    ADD CONSTRAINT accounts_apikey_hash UNIQUE (studio_id, key_hash);

ALTER TABLE ONLY public.accounts_apikey
    ADD CONSTRAINT accounts_apikey_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_apikey
    ADD CONSTRAINT accounts_apikey_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_brand
    ADD CONSTRAINT accounts_brand_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_brand
    ADD CONSTRAINT accounts_brand_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_browsersession
    ADD CONSTRAINT accounts_browsersession_pkey PRIMARY KEY (session_key);

ALTER TABLE ONLY public.accounts_domain
    ADD CONSTRAINT accounts_domain_one UNIQUE NULLS NOT DISTINCT (studio_id, brand_id);

ALTER TABLE ONLY public.accounts_domain
    ADD CONSTRAINT accounts_domain_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_domain
    ADD CONSTRAINT accounts_domain_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_email
    ADD CONSTRAINT accounts_email_key UNIQUE NULLS NOT DISTINCT (studio_id, key);

ALTER TABLE ONLY public.accounts_email
    ADD CONSTRAINT accounts_email_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_email
    ADD CONSTRAINT accounts_email_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_idempotentreply
    ADD CONSTRAINT accounts_idempotency_once UNIQUE (studio_id, user_id, key);

ALTER TABLE ONLY public.accounts_idempotentreply
    ADD CONSTRAINT accounts_idempotentreply_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_idempotentreply
    ADD CONSTRAINT accounts_idempotentreply_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_email UNIQUE (studio_id, email);

ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_token UNIQUE (studio_id, token_hash);

ALTER TABLE ONLY public.accounts_journalsubject
    ADD CONSTRAINT accounts_journal_thing UNIQUE (studio_id, thing, entry_id);

ALTER TABLE ONLY public.accounts_journalentry
    ADD CONSTRAINT accounts_journalentry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_journalentry
    ADD CONSTRAINT accounts_journalentry_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_journalsubject
    ADD CONSTRAINT accounts_journalsubject_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_journalsubject
    ADD CONSTRAINT accounts_journalsubject_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT accounts_membership_once UNIQUE (studio_id, user_id);

ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT accounts_membership_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT accounts_membership_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_membershipalbum
    ADD CONSTRAINT accounts_membershipalbum_once UNIQUE (studio_id, membership_id, album_id);

ALTER TABLE ONLY public.accounts_membershipalbum
    ADD CONSTRAINT accounts_membershipalbum_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_membershipalbum
    ADD CONSTRAINT accounts_membershipalbum_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_operatorvisit
    ADD CONSTRAINT accounts_operatorvisit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_operatorvisit
    ADD CONSTRAINT accounts_operatorvisit_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_passkey
    ADD CONSTRAINT accounts_passkey_credential_id_key UNIQUE (credential_id);

ALTER TABLE ONLY public.accounts_passkey
    ADD CONSTRAINT accounts_passkey_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_processingagreement
    ADD CONSTRAINT accounts_processingagreement_once UNIQUE (studio_id, sha256);

ALTER TABLE ONLY public.accounts_processingagreement
    ADD CONSTRAINT accounts_processingagreement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_processingagreement
    ADD CONSTRAINT accounts_processingagreement_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_refreshtoken
    ADD CONSTRAINT accounts_refresh_hash UNIQUE (studio_id, token_hash);

ALTER TABLE ONLY public.accounts_refreshtoken
    ADD CONSTRAINT accounts_refreshtoken_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_refreshtoken
    ADD CONSTRAINT accounts_refreshtoken_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_studio
    ADD CONSTRAINT accounts_studio_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_studio
    ADD CONSTRAINT accounts_studio_slug UNIQUE (slug);

ALTER TABLE ONLY public.accounts_task
    ADD CONSTRAINT accounts_task_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_task
    ADD CONSTRAINT accounts_task_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_taskslice
    ADD CONSTRAINT accounts_taskslice_number UNIQUE (studio_id, task_id, number);

ALTER TABLE ONLY public.accounts_taskslice
    ADD CONSTRAINT accounts_taskslice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_taskslice
    ADD CONSTRAINT accounts_taskslice_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT accounts_user_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.albums_album
    ADD CONSTRAINT albums_album_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.albums_album
    ADD CONSTRAINT albums_album_slug UNIQUE (studio_id, slug);

ALTER TABLE ONLY public.albums_album
    ADD CONSTRAINT albums_album_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.albums_albumchange
    ADD CONSTRAINT albums_albumchange_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.albums_albumchange
    ADD CONSTRAINT albums_albumchange_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.albums_albumversion
    ADD CONSTRAINT albums_albumversion_once UNIQUE NULLS NOT DISTINCT (studio_id, album_id);

ALTER TABLE ONLY public.albums_albumversion
    ADD CONSTRAINT albums_albumversion_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.albums_albumversion
    ADD CONSTRAINT albums_albumversion_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.albums_photo
    ADD CONSTRAINT albums_photo_original_once UNIQUE (studio_id, original_id);

ALTER TABLE ONLY public.albums_photo
    ADD CONSTRAINT albums_photo_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.albums_photo
    ADD CONSTRAINT albums_photo_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.albums_placement
    ADD CONSTRAINT albums_placement_once UNIQUE (studio_id, album_id, photo_id);

ALTER TABLE ONLY public.albums_placement
    ADD CONSTRAINT albums_placement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.albums_placement
    ADD CONSTRAINT albums_placement_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.albums_section
    ADD CONSTRAINT albums_section_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.albums_section
    ADD CONSTRAINT albums_section_rank UNIQUE (studio_id, album_id, rank) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_section
    ADD CONSTRAINT albums_section_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.albums_section
    ADD CONSTRAINT albums_section_title UNIQUE (studio_id, album_id, title);

ALTER TABLE ONLY public.albums_stack
    ADD CONSTRAINT albums_stack_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.albums_stack
    ADD CONSTRAINT albums_stack_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.albums_version
    ADD CONSTRAINT albums_version_blob_once UNIQUE (studio_id, photo_id, blob_id);

ALTER TABLE ONLY public.albums_version
    ADD CONSTRAINT albums_version_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.albums_version
    ADD CONSTRAINT albums_version_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.backups_backupcopy
    ADD CONSTRAINT backups_backupcopy_once UNIQUE (studio_id, sha256, destination);

ALTER TABLE ONLY public.backups_backupcopy
    ADD CONSTRAINT backups_backupcopy_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.backups_backupcopy
    ADD CONSTRAINT backups_backupcopy_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.backups_backuprun
    ADD CONSTRAINT backups_backuprun_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);

ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.faces_appearance
    ADD CONSTRAINT faces_appearance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.faces_appearance
    ADD CONSTRAINT faces_appearance_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.faces_crop
    ADD CONSTRAINT faces_crop_once UNIQUE (studio_id, face_id);

ALTER TABLE ONLY public.faces_crop
    ADD CONSTRAINT faces_crop_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.faces_crop
    ADD CONSTRAINT faces_crop_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.faces_face
    ADD CONSTRAINT faces_face_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.faces_face
    ADD CONSTRAINT faces_face_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.faces_facesettings
    ADD CONSTRAINT faces_facesettings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.faces_facesettings
    ADD CONSTRAINT faces_facesettings_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.faces_galleryfaces
    ADD CONSTRAINT faces_galleryfaces_once UNIQUE (studio_id, album_id);

ALTER TABLE ONLY public.faces_galleryfaces
    ADD CONSTRAINT faces_galleryfaces_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.faces_galleryfaces
    ADD CONSTRAINT faces_galleryfaces_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.faces_nevertwo
    ADD CONSTRAINT faces_nevertwo_once UNIQUE (studio_id, one_id, other_id);

ALTER TABLE ONLY public.faces_nevertwo
    ADD CONSTRAINT faces_nevertwo_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.faces_nevertwo
    ADD CONSTRAINT faces_nevertwo_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.faces_notthem
    ADD CONSTRAINT faces_notthem_once UNIQUE (studio_id, face_id, person_id);

ALTER TABLE ONLY public.faces_notthem
    ADD CONSTRAINT faces_notthem_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.faces_notthem
    ADD CONSTRAINT faces_notthem_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.faces_person
    ADD CONSTRAINT faces_person_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.faces_person
    ADD CONSTRAINT faces_person_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.faces_personcount
    ADD CONSTRAINT faces_personcount_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.faces_personcount
    ADD CONSTRAINT faces_personcount_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.faces_relationship
    ADD CONSTRAINT faces_relationship_once UNIQUE (studio_id, person_id, other_id, kind);

ALTER TABLE ONLY public.faces_relationship
    ADD CONSTRAINT faces_relationship_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.faces_relationship
    ADD CONSTRAINT faces_relationship_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.faces_scan
    ADD CONSTRAINT faces_scan_once UNIQUE (studio_id, photo_id);

ALTER TABLE ONLY public.faces_scan
    ADD CONSTRAINT faces_scan_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.faces_scan
    ADD CONSTRAINT faces_scan_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.faces_facesettings
    ADD CONSTRAINT faces_settings_once UNIQUE (studio_id);

ALTER TABLE ONLY public.jobs_job
    ADD CONSTRAINT jobs_job_key UNIQUE (studio_id, key);

ALTER TABLE ONLY public.jobs_job
    ADD CONSTRAINT jobs_job_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.jobs_job
    ADD CONSTRAINT jobs_job_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.jobs_lane
    ADD CONSTRAINT jobs_lane_once UNIQUE (studio_id, queue);

ALTER TABLE ONLY public.jobs_lane
    ADD CONSTRAINT jobs_lane_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.jobs_lane
    ADD CONSTRAINT jobs_lane_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_different
    ADD CONSTRAINT library_different_once UNIQUE (studio_id, one_id, other_id);

ALTER TABLE ONLY public.library_different
    ADD CONSTRAINT library_different_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_different
    ADD CONSTRAINT library_different_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_duplicategroup
    ADD CONSTRAINT library_duplicategroup_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_duplicategroup
    ADD CONSTRAINT library_duplicategroup_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_duplicatephoto
    ADD CONSTRAINT library_duplicatephoto_once UNIQUE (studio_id, photo_id);

ALTER TABLE ONLY public.library_duplicatephoto
    ADD CONSTRAINT library_duplicatephoto_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_duplicatephoto
    ADD CONSTRAINT library_duplicatephoto_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_event
    ADD CONSTRAINT library_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_event
    ADD CONSTRAINT library_event_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_eventalbum
    ADD CONSTRAINT library_eventalbum_once UNIQUE (studio_id, event_id, album_id);

ALTER TABLE ONLY public.library_eventalbum
    ADD CONSTRAINT library_eventalbum_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_eventalbum
    ADD CONSTRAINT library_eventalbum_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_geoname
    ADD CONSTRAINT library_geoname_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_holidayset
    ADD CONSTRAINT library_holidayset_once UNIQUE (studio_id, country, region);

ALTER TABLE ONLY public.library_holidayset
    ADD CONSTRAINT library_holidayset_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_holidayset
    ADD CONSTRAINT library_holidayset_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_keyword
    ADD CONSTRAINT library_keyword_once UNIQUE (studio_id, folded);

ALTER TABLE ONLY public.library_keyword
    ADD CONSTRAINT library_keyword_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_keyword
    ADD CONSTRAINT library_keyword_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_knownword
    ADD CONSTRAINT library_knownword_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_knownword
    ADD CONSTRAINT library_knownword_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_libraryphoto
    ADD CONSTRAINT library_libraryphoto_once UNIQUE (studio_id, photo_id);

ALTER TABLE ONLY public.library_libraryphoto
    ADD CONSTRAINT library_libraryphoto_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_libraryphoto
    ADD CONSTRAINT library_libraryphoto_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_mapchange
    ADD CONSTRAINT library_mapchange_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_mapchange
    ADD CONSTRAINT library_mapchange_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_mapsquare
    ADD CONSTRAINT library_mapsquare_once UNIQUE (studio_id, level, y, x);

ALTER TABLE ONLY public.library_mapsquare
    ADD CONSTRAINT library_mapsquare_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_mapsquare
    ADD CONSTRAINT library_mapsquare_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_monthcount
    ADD CONSTRAINT library_monthcount_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_monthcount
    ADD CONSTRAINT library_monthcount_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_namedplace
    ADD CONSTRAINT library_namedplace_name UNIQUE (studio_id, name);

ALTER TABLE ONLY public.library_namedplace
    ADD CONSTRAINT library_namedplace_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_namedplace
    ADD CONSTRAINT library_namedplace_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_personphoto
    ADD CONSTRAINT library_personphoto_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_personphoto
    ADD CONSTRAINT library_personphoto_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_photoplace
    ADD CONSTRAINT library_photoplace_once UNIQUE (studio_id, photo_id);

ALTER TABLE ONLY public.library_photoplace
    ADD CONSTRAINT library_photoplace_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_photoplace
    ADD CONSTRAINT library_photoplace_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.library_valuecount
    ADD CONSTRAINT library_valuecount_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_valuecount
    ADD CONSTRAINT library_valuecount_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.media_blob
    ADD CONSTRAINT media_blob_key_once UNIQUE (studio_id, storage_key);

ALTER TABLE ONLY public.media_blob
    ADD CONSTRAINT media_blob_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.media_blob
    ADD CONSTRAINT media_blob_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.media_blobevent
    ADD CONSTRAINT media_blobevent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.media_blobevent
    ADD CONSTRAINT media_blobevent_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.media_rendition
    ADD CONSTRAINT media_rendition_once UNIQUE (studio_id, source_id, kind);

ALTER TABLE ONLY public.media_rendition
    ADD CONSTRAINT media_rendition_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.media_rendition
    ADD CONSTRAINT media_rendition_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.monitoring_heartbeat
    ADD CONSTRAINT monitoring_heartbeat_once UNIQUE (service, instance);

ALTER TABLE ONLY public.monitoring_heartbeat
    ADD CONSTRAINT monitoring_heartbeat_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.monitoring_serviceperiod
    ADD CONSTRAINT monitoring_serviceperiod_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.monitoring_servicestate
    ADD CONSTRAINT monitoring_servicestate_once UNIQUE (service);

ALTER TABLE ONLY public.monitoring_servicestate
    ADD CONSTRAINT monitoring_servicestate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.portability_exportfile
    ADD CONSTRAINT portability_exportfile_once UNIQUE (studio_id, export_id, blob_id);

ALTER TABLE ONLY public.portability_exportfile
    ADD CONSTRAINT portability_exportfile_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.portability_exportfile
    ADD CONSTRAINT portability_exportfile_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.portability_exportpart
    ADD CONSTRAINT portability_exportpart_number UNIQUE (studio_id, export_id, number);

ALTER TABLE ONLY public.portability_exportpart
    ADD CONSTRAINT portability_exportpart_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.portability_exportpart
    ADD CONSTRAINT portability_exportpart_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.portability_studioexport
    ADD CONSTRAINT portability_studioexport_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.portability_studioexport
    ADD CONSTRAINT portability_studioexport_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_activity
    ADD CONSTRAINT sharing_activity_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_activity
    ADD CONSTRAINT sharing_activity_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_archive
    ADD CONSTRAINT sharing_archive_holder UNIQUE (studio_id, link_id, etag, holder);

ALTER TABLE ONLY public.sharing_archive
    ADD CONSTRAINT sharing_archive_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_archive
    ADD CONSTRAINT sharing_archive_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_clientemail
    ADD CONSTRAINT sharing_clientemail_once UNIQUE (studio_id, email_id);

ALTER TABLE ONLY public.sharing_clientemail
    ADD CONSTRAINT sharing_clientemail_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_clientemail
    ADD CONSTRAINT sharing_clientemail_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_comment
    ADD CONSTRAINT sharing_comment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_comment
    ADD CONSTRAINT sharing_comment_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_emailtemplate
    ADD CONSTRAINT sharing_emailtemplate_kind UNIQUE (studio_id, kind);

ALTER TABLE ONLY public.sharing_emailtemplate
    ADD CONSTRAINT sharing_emailtemplate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_emailtemplate
    ADD CONSTRAINT sharing_emailtemplate_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_foundphotos
    ADD CONSTRAINT sharing_foundphotos_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_foundphotos
    ADD CONSTRAINT sharing_foundphotos_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_hiderequest
    ADD CONSTRAINT sharing_hiderequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_hiderequest
    ADD CONSTRAINT sharing_hiderequest_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_mark
    ADD CONSTRAINT sharing_mark_once UNIQUE (studio_id, shown_id, visitor_id, photo_id);

ALTER TABLE ONLY public.sharing_mark
    ADD CONSTRAINT sharing_mark_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_mark
    ADD CONSTRAINT sharing_mark_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_pick
    ADD CONSTRAINT sharing_pick_once UNIQUE (studio_id, selection_id, photo_id);

ALTER TABLE ONLY public.sharing_pick
    ADD CONSTRAINT sharing_pick_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_pick
    ADD CONSTRAINT sharing_pick_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_preset
    ADD CONSTRAINT sharing_preset_name UNIQUE (studio_id, kind, name);

ALTER TABLE ONLY public.sharing_preset
    ADD CONSTRAINT sharing_preset_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_preset
    ADD CONSTRAINT sharing_preset_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_selectionpreset
    ADD CONSTRAINT sharing_preset_title UNIQUE (studio_id, shown_id, title);

ALTER TABLE ONLY public.sharing_selection
    ADD CONSTRAINT sharing_selection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_selection
    ADD CONSTRAINT sharing_selection_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_selection
    ADD CONSTRAINT sharing_selection_title UNIQUE (studio_id, visitor_id, title);

ALTER TABLE ONLY public.sharing_selectionpreset
    ADD CONSTRAINT sharing_selectionpreset_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_selectionpreset
    ADD CONSTRAINT sharing_selectionpreset_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_sharelink
    ADD CONSTRAINT sharing_sharelink_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_sharelink
    ADD CONSTRAINT sharing_sharelink_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_sharelink
    ADD CONSTRAINT sharing_sharelink_token UNIQUE (studio_id, token_hash);

ALTER TABLE ONLY public.sharing_shown
    ADD CONSTRAINT sharing_shown_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_shown
    ADD CONSTRAINT sharing_shown_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_studioclient
    ADD CONSTRAINT sharing_studioclient_email UNIQUE (studio_id, email);

ALTER TABLE ONLY public.sharing_studioclient
    ADD CONSTRAINT sharing_studioclient_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_studioclient
    ADD CONSTRAINT sharing_studioclient_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_takenphoto
    ADD CONSTRAINT sharing_takenphoto_once UNIQUE (studio_id, link_id, photo_id);

ALTER TABLE ONLY public.sharing_takenphoto
    ADD CONSTRAINT sharing_takenphoto_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_takenphoto
    ADD CONSTRAINT sharing_takenphoto_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_visitor
    ADD CONSTRAINT sharing_visitor_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_visitor
    ADD CONSTRAINT sharing_visitor_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.sharing_watermark
    ADD CONSTRAINT sharing_watermark_once UNIQUE NULLS NOT DISTINCT (studio_id, album_id);

ALTER TABLE ONLY public.sharing_watermark
    ADD CONSTRAINT sharing_watermark_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_watermark
    ADD CONSTRAINT sharing_watermark_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.smart_collections_collection
    ADD CONSTRAINT smart_collections_collection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.smart_collections_collection
    ADD CONSTRAINT smart_collections_collection_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.smart_collections_smartcollection
    ADD CONSTRAINT smart_collections_smartcollection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.smart_collections_smartcollection
    ADD CONSTRAINT smart_collections_smartcollection_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.tagging_aiprompt
    ADD CONSTRAINT tagging_aiprompt_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tagging_aiprompt
    ADD CONSTRAINT tagging_aiprompt_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.tagging_aiprovider
    ADD CONSTRAINT tagging_aiprovider_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tagging_aiprovider
    ADD CONSTRAINT tagging_aiprovider_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.tagging_aisettings
    ADD CONSTRAINT tagging_aisettings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tagging_aisettings
    ADD CONSTRAINT tagging_aisettings_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.tagging_aiusage
    ADD CONSTRAINT tagging_aiusage_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tagging_aiusage
    ADD CONSTRAINT tagging_aiusage_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.tagging_meaningserver
    ADD CONSTRAINT tagging_meaningserver_once UNIQUE (studio_id);

ALTER TABLE ONLY public.tagging_meaningserver
    ADD CONSTRAINT tagging_meaningserver_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tagging_meaningserver
    ADD CONSTRAINT tagging_meaningserver_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.tagging_meaningwait
    ADD CONSTRAINT tagging_meaningwait_once UNIQUE (studio_id, photo_id);

ALTER TABLE ONLY public.tagging_meaningwait
    ADD CONSTRAINT tagging_meaningwait_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tagging_meaningwait
    ADD CONSTRAINT tagging_meaningwait_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.tagging_photomeaning
    ADD CONSTRAINT tagging_photomeaning_once UNIQUE (studio_id, photo_id);

ALTER TABLE ONLY public.tagging_photomeaning
    ADD CONSTRAINT tagging_photomeaning_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tagging_photomeaning
    ADD CONSTRAINT tagging_photomeaning_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.tagging_aiprompt
    ADD CONSTRAINT tagging_prompt_once UNIQUE (studio_id, purpose);

ALTER TABLE ONLY public.tagging_prompttrial
    ADD CONSTRAINT tagging_prompttrial_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tagging_prompttrial
    ADD CONSTRAINT tagging_prompttrial_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.tagging_aiprovider
    ADD CONSTRAINT tagging_provider_position UNIQUE (studio_id, "position");

ALTER TABLE ONLY public.tagging_aisettings
    ADD CONSTRAINT tagging_settings_once UNIQUE (studio_id);

ALTER TABLE ONLY public.tagging_suggestion
    ADD CONSTRAINT tagging_suggestion_once UNIQUE (studio_id, photo_id, purpose, folded);

ALTER TABLE ONLY public.tagging_suggestion
    ADD CONSTRAINT tagging_suggestion_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tagging_suggestion
    ADD CONSTRAINT tagging_suggestion_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.tagging_prompttrial
    ADD CONSTRAINT tagging_trial_once UNIQUE (studio_id);

ALTER TABLE ONLY public.tagging_aiusage
    ADD CONSTRAINT tagging_usage_once UNIQUE (studio_id, month);

ALTER TABLE ONLY public.uploads_importentry
    ADD CONSTRAINT uploads_importentry_number UNIQUE (studio_id, run_id, number);

ALTER TABLE ONLY public.uploads_importentry
    ADD CONSTRAINT uploads_importentry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.uploads_importentry
    ADD CONSTRAINT uploads_importentry_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.uploads_importrun
    ADD CONSTRAINT uploads_importrun_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.uploads_importrun
    ADD CONSTRAINT uploads_importrun_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.uploads_importrun
    ADD CONSTRAINT uploads_importrun_task UNIQUE (studio_id, task_id);

ALTER TABLE ONLY public.uploads_inbox
    ADD CONSTRAINT uploads_inbox_once UNIQUE (studio_id);

ALTER TABLE ONLY public.uploads_inbox
    ADD CONSTRAINT uploads_inbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.uploads_inbox
    ADD CONSTRAINT uploads_inbox_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.uploads_inboxfile
    ADD CONSTRAINT uploads_inboxfile_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.uploads_inboxfile
    ADD CONSTRAINT uploads_inboxfile_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.uploads_inboxfolder
    ADD CONSTRAINT uploads_inboxfolder_once UNIQUE (studio_id, name);

ALTER TABLE ONLY public.uploads_inboxfolder
    ADD CONSTRAINT uploads_inboxfolder_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.uploads_inboxfolder
    ADD CONSTRAINT uploads_inboxfolder_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.uploads_receivedfile
    ADD CONSTRAINT uploads_receivedfile_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.uploads_receivedfile
    ADD CONSTRAINT uploads_receivedfile_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.uploads_sidecar
    ADD CONSTRAINT uploads_sidecar_once UNIQUE (studio_id, photo_id);

ALTER TABLE ONLY public.uploads_sidecar
    ADD CONSTRAINT uploads_sidecar_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.uploads_sidecar
    ADD CONSTRAINT uploads_sidecar_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.uploads_upload
    ADD CONSTRAINT uploads_upload_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.uploads_upload
    ADD CONSTRAINT uploads_upload_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.webhooks_webhook
    ADD CONSTRAINT webhooks_webhook_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.webhooks_webhook
    ADD CONSTRAINT webhooks_webhook_studio_id UNIQUE (studio_id, id);

ALTER TABLE ONLY public.webhooks_webhookdelivery
    ADD CONSTRAINT webhooks_webhookdelivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.webhooks_webhookdelivery
    ADD CONSTRAINT webhooks_webhookdelivery_studio_id UNIQUE (studio_id, id);

CREATE INDEX accounts_apikey_lookup ON public.accounts_apikey USING btree (key_hash);

CREATE INDEX accounts_apikey_made_by_id_5e719101 ON public.accounts_apikey USING btree (made_by_id);

CREATE INDEX accounts_browsersession_expire_date_e7b6413e ON public.accounts_browsersession USING btree (expire_date);

CREATE INDEX accounts_browsersession_session_key_3a582e24_like ON public.accounts_browsersession USING btree (session_key varchar_pattern_ops);

CREATE INDEX accounts_browsersession_user_id_b0cb11d3 ON public.accounts_browsersession USING btree (user_id);

CREATE UNIQUE INDEX accounts_domain_host ON public.accounts_domain USING btree (host) WHERE ((state)::text = 'verified'::text);

CREATE INDEX accounts_email_age ON public.accounts_email USING btree (created_at) WHERE (NOT keeps_words);

CREATE INDEX accounts_email_client ON public.accounts_email USING btree (studio_id, "to") WHERE ((composer)::text = 'client'::text);

CREATE INDEX accounts_email_sending ON public.accounts_email USING btree (lease_until) WHERE ((state)::text = 'sending'::text);

CREATE INDEX accounts_email_turn ON public.accounts_email USING btree (studio_id, tried_at DESC) WHERE (tried_at IS NOT NULL);

CREATE INDEX accounts_email_waiting ON public.accounts_email USING btree (studio_id, useful_until, due_at) WHERE ((state)::text = 'waiting'::text);

CREATE INDEX accounts_idempotency_age ON public.accounts_idempotentreply USING btree (studio_id, created_at);

CREATE INDEX accounts_idempotentreply_user_id_b4c430f8 ON public.accounts_idempotentreply USING btree (user_id);

CREATE INDEX accounts_invitation_hash ON public.accounts_invitation USING btree (token_hash);

CREATE INDEX accounts_invitation_invited_by_id_94a21efc ON public.accounts_invitation USING btree (invited_by_id);

CREATE INDEX accounts_journal_act ON public.accounts_journalentry USING btree (studio_id, act) WHERE (act IS NOT NULL);

CREATE UNIQUE INDEX accounts_journal_act_first ON public.accounts_journalentry USING btree (studio_id, act) WHERE ((act IS NOT NULL) AND is_first);

CREATE INDEX accounts_journal_subjects ON public.accounts_journalsubject USING btree (studio_id, entry_id);

CREATE UNIQUE INDEX accounts_journal_undone_once ON public.accounts_journalentry USING btree (studio_id, undoes_id) WHERE (undoes_id IS NOT NULL);

CREATE INDEX accounts_journalentry_actor_id_ee42ec11 ON public.accounts_journalentry USING btree (actor_id);

CREATE INDEX accounts_membership_user_id_487fb39e ON public.accounts_membership USING btree (user_id);

CREATE INDEX accounts_membershipalbum_album_id_2addef72 ON public.accounts_membershipalbum USING btree (album_id);

CREATE INDEX accounts_membershipalbum_membership_id_3fdb954f ON public.accounts_membershipalbum USING btree (membership_id);

CREATE UNIQUE INDEX accounts_operatorvisit_one ON public.accounts_operatorvisit USING btree (user_id) WHERE (ended_at IS NULL);

CREATE INDEX accounts_operatorvisit_user_id_ebf1bd9a ON public.accounts_operatorvisit USING btree (user_id);

CREATE INDEX accounts_passkey_user_id_f8f562b4 ON public.accounts_passkey USING btree (user_id);

CREATE INDEX accounts_processingagreement_agreed_by_id_62b3b10d ON public.accounts_processingagreement USING btree (agreed_by_id);

CREATE INDEX accounts_refresh_family ON public.accounts_refreshtoken USING btree (studio_id, family);

CREATE INDEX accounts_refresh_lookup ON public.accounts_refreshtoken USING btree (token_hash);

CREATE INDEX accounts_refreshtoken_user_id_431f922e ON public.accounts_refreshtoken USING btree (user_id);

CREATE UNIQUE INDEX accounts_task_active_key ON public.accounts_task USING btree (studio_id, kind, key) WHERE (((state)::text = ANY (ARRAY[('waiting'::character varying)::text, ('running'::character varying)::text])) AND (NOT ((key)::text = ''::text)));

CREATE INDEX accounts_task_newest ON public.accounts_task USING btree (studio_id, created_at DESC, id DESC);

CREATE INDEX accounts_task_unseen ON public.accounts_task USING btree (studio_id, who_id, created_at DESC) WHERE (seen_at IS NULL);

CREATE INDEX accounts_task_who_id_f76c0a56 ON public.accounts_task USING btree (who_id);

CREATE INDEX accounts_taskslice_task_id_2e43833d ON public.accounts_taskslice USING btree (task_id);

CREATE UNIQUE INDEX accounts_user_email ON public.accounts_user USING btree (lower((email)::text));

CREATE INDEX albums_album_cover_id_25cb93d2 ON public.albums_album USING btree (cover_id);

CREATE INDEX albums_album_newest ON public.albums_album USING btree (studio_id, created_at DESC, id);

CREATE INDEX albums_albumchange_album ON public.albums_albumchange USING btree (studio_id, album_id);

CREATE INDEX albums_albumchange_album_id_477dc0ed ON public.albums_albumchange USING btree (album_id);

CREATE INDEX albums_albumversion_album_id_ebe09ca6 ON public.albums_albumversion USING btree (album_id);

CREATE INDEX albums_photo_facts ON public.albums_photo USING btree (studio_id, id) INCLUDE (kind, state, approved_at, stack_id, width, height);

CREATE INDEX albums_photo_fingerprint ON public.albums_photo USING btree (fingerprint_version, studio_id);

CREATE INDEX albums_photo_gold ON public.albums_photo USING btree (studio_id, id) WHERE (approved_at IS NOT NULL);

CREATE INDEX albums_photo_kinds ON public.albums_photo USING btree (studio_id, kind, id) WHERE (NOT ((kind)::text = 'image'::text));

CREATE INDEX albums_photo_near0 ON public.albums_photo USING btree (studio_id, ((phash & (65535)::bigint))) INCLUDE (phash, id) WHERE ((phash IS NOT NULL) AND ((state)::text = 'ready'::text) AND (trashed_at IS NULL) AND (NOT ((kind)::text = 'video'::text)));

CREATE INDEX albums_photo_near1 ON public.albums_photo USING btree (studio_id, (((phash >> 16) & (65535)::bigint))) INCLUDE (phash, id) WHERE ((phash IS NOT NULL) AND ((state)::text = 'ready'::text) AND (trashed_at IS NULL) AND (NOT ((kind)::text = 'video'::text)));

CREATE INDEX albums_photo_near2 ON public.albums_photo USING btree (studio_id, (((phash >> 32) & (65535)::bigint))) INCLUDE (phash, id) WHERE ((phash IS NOT NULL) AND ((state)::text = 'ready'::text) AND (trashed_at IS NULL) AND (NOT ((kind)::text = 'video'::text)));

CREATE INDEX albums_photo_near3 ON public.albums_photo USING btree (studio_id, (((phash >> 48) & (65535)::bigint))) INCLUDE (phash, id) WHERE ((phash IS NOT NULL) AND ((state)::text = 'ready'::text) AND (trashed_at IS NULL) AND (NOT ((kind)::text = 'video'::text)));

CREATE INDEX albums_photo_not_ready ON public.albums_photo USING btree (studio_id, state, id) WHERE ((state)::text = ANY (ARRAY[('processing'::character varying)::text, ('failed'::character varying)::text]));

CREATE INDEX albums_photo_original_id_fcfdfcfc ON public.albums_photo USING btree (original_id);

CREATE INDEX albums_photo_recipe ON public.albums_photo USING btree (recipe, studio_id);

CREATE INDEX albums_photo_stacks ON public.albums_photo USING btree (studio_id, stack_id, id) WHERE (stack_id IS NOT NULL);

CREATE INDEX albums_photo_trash ON public.albums_photo USING btree (studio_id, trashed_at) WHERE (trashed_at IS NOT NULL);

CREATE INDEX albums_photo_uploaded_by_id_6b012269 ON public.albums_photo USING btree (uploaded_by_id);

CREATE INDEX albums_placement_album_id_cdc31fc9 ON public.albums_placement USING btree (album_id);

CREATE INDEX albums_placement_order ON public.albums_placement USING btree (studio_id, album_id, section_rank, sort_key, id) WHERE (trashed_at IS NULL);

CREATE INDEX albums_placement_photo_id_ed92133a ON public.albums_placement USING btree (photo_id);

CREATE INDEX albums_placement_section_id_64b6ca9c ON public.albums_placement USING btree (section_id);

CREATE INDEX albums_placement_trash ON public.albums_placement USING btree (studio_id, trashed_at) WHERE (trashed_at IS NOT NULL);

CREATE INDEX albums_section_album_id_bda70763 ON public.albums_section USING btree (album_id);

CREATE INDEX albums_stack_newest ON public.albums_stack USING btree (studio_id, created_at DESC, id);

CREATE INDEX albums_stack_top ON public.albums_stack USING btree (studio_id, top_id);

CREATE INDEX albums_version_blob_id_ff8c9f91 ON public.albums_version USING btree (blob_id);

CREATE UNIQUE INDEX albums_version_current ON public.albums_version USING btree (studio_id, photo_id) WHERE is_current;

CREATE INDEX albums_version_photo_id_a4d13e1b ON public.albums_version USING btree (photo_id);

CREATE INDEX albums_version_uploaded_by_id_40f85793 ON public.albums_version USING btree (uploaded_by_id);

CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);

CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);

CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);

CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);

CREATE INDEX backups_backupcopy_checked ON public.backups_backupcopy USING btree (destination, checked_at);

CREATE UNIQUE INDEX backups_backuprun_alone ON public.backups_backuprun USING btree (state) WHERE ((state)::text = 'running'::text);

CREATE INDEX backups_backuprun_newest ON public.backups_backuprun USING btree (kind, started_at DESC);

CREATE INDEX collections_title ON public.smart_collections_collection USING btree (studio_id, title, id);

CREATE INDEX faces_appearance_order ON public.faces_appearance USING btree (studio_id, person_id, at, id);

CREATE INDEX faces_crop_face_id_7fecebc6 ON public.faces_crop USING btree (face_id);

CREATE INDEX faces_face_fresh ON public.faces_face USING btree (studio_id, measured, id) WHERE (embedding IS NOT NULL);

CREATE INDEX faces_face_of_photo ON public.faces_face USING btree (studio_id, photo_id) INCLUDE (is_ignored, person_id);

CREATE INDEX faces_face_person_id_9a603471 ON public.faces_face USING btree (person_id);

CREATE INDEX faces_face_photo_id_37173369 ON public.faces_face USING btree (photo_id);

CREATE INDEX faces_face_samples ON public.faces_face USING btree (studio_id, person_id, is_trusted DESC, size DESC, id) WHERE ((NOT is_ignored) AND (person_id IS NOT NULL));

CREATE INDEX faces_face_shown ON public.faces_face USING btree (studio_id, person_id, photo_id) INCLUDE (is_ignored);

CREATE INDEX faces_face_suggested ON public.faces_face USING btree (studio_id, suggested_id, distance) WHERE (suggested_id IS NOT NULL);

CREATE INDEX faces_face_suggested_id_4e8bc5ca ON public.faces_face USING btree (suggested_id);

CREATE INDEX faces_facesettings_consent_by_id_f0866307 ON public.faces_facesettings USING btree (consent_by_id);

CREATE INDEX faces_galleryfaces_album_id_31a63ad5 ON public.faces_galleryfaces USING btree (album_id);

CREATE INDEX faces_nevertwo_one_id_4138f8c0 ON public.faces_nevertwo USING btree (one_id);

CREATE INDEX faces_nevertwo_other_id_50f45b39 ON public.faces_nevertwo USING btree (other_id);

CREATE INDEX faces_notthem_face_id_4be16155 ON public.faces_notthem USING btree (face_id);

CREATE INDEX faces_notthem_person_id_11c77930 ON public.faces_notthem USING btree (person_id);

CREATE INDEX faces_person_name ON public.faces_person USING btree (studio_id, name, id);

CREATE INDEX faces_personcount_person ON public.faces_personcount USING btree (studio_id, person_id);

CREATE INDEX faces_personcount_person_id_4aa8fa0d ON public.faces_personcount USING btree (person_id);

CREATE INDEX faces_relationship_other ON public.faces_relationship USING btree (studio_id, other_id);

CREATE INDEX faces_relationship_other_id_09d30cd0 ON public.faces_relationship USING btree (other_id);

CREATE INDEX faces_relationship_person_id_11b2906e ON public.faces_relationship USING btree (person_id);

CREATE INDEX faces_scan_photo_id_1352c03c ON public.faces_scan USING btree (photo_id);

CREATE INDEX jobs_job_pending ON public.jobs_job USING btree (studio_id, queue, not_before) WHERE ((state)::text = 'pending'::text);

CREATE INDEX jobs_job_running ON public.jobs_job USING btree (lease_until) WHERE ((state)::text = 'running'::text);

CREATE INDEX jobs_job_subject ON public.jobs_job USING btree (studio_id, subject_id);

CREATE INDEX jobs_lane_turn ON public.jobs_lane USING btree (queue, served_at);

CREATE INDEX library_different_other ON public.library_different USING btree (studio_id, other_id);

CREATE INDEX library_duplicatephoto_group ON public.library_duplicatephoto USING btree (studio_id, group_id);

CREATE INDEX library_duplicates_best ON public.library_duplicategroup USING btree (studio_id, score DESC, id);

CREATE INDEX library_event_newest ON public.library_event USING btree (studio_id, starts DESC, id);

CREATE INDEX library_eventalbum_album_id_9f3a6f85 ON public.library_eventalbum USING btree (album_id);

CREATE INDEX library_eventalbum_event_id_a3fd52bb ON public.library_eventalbum USING btree (event_id);

CREATE INDEX library_geoname_at ON public.library_geoname USING gist (point(longitude, latitude));

CREATE INDEX library_geoname_folded ON public.library_geoname USING btree (folded varchar_pattern_ops);

CREATE INDEX library_keyword_synonyms ON public.library_keyword USING gin (folded_synonyms);

CREATE INDEX library_knownword_doubted ON public.library_knownword USING btree (studio_id, id) WHERE (witness_id IS NULL);

CREATE INDEX library_knownword_witness ON public.library_knownword USING btree (studio_id, witness_id) WHERE (witness_id IS NOT NULL);

CREATE INDEX library_knownword_word ON public.library_knownword USING btree (studio_id, word);

CREATE INDEX library_monthcount_month ON public.library_monthcount USING btree (studio_id, month);

CREATE INDEX library_personphoto_order ON public.library_personphoto USING btree (studio_id, person_id, wall DESC, photo_id DESC) INCLUDE (kind, tier, stacked, rating, label, flag, is_dated);

CREATE INDEX library_personphoto_photo ON public.library_personphoto USING btree (studio_id, photo_id);

CREATE INDEX library_photo_aperture ON public.library_libraryphoto USING btree (studio_id, aperture);

CREATE INDEX library_photo_by_id ON public.library_libraryphoto USING btree (studio_id, id) INCLUDE (wall, kind, tier, stacked, rating, label, flag, is_dated);

CREATE INDEX library_photo_camera ON public.library_libraryphoto USING btree (studio_id, camera, wall DESC, id DESC) INCLUDE (kind, tier, stacked, rating, label, flag, is_dated, lens);

CREATE INDEX library_photo_city ON public.library_libraryphoto USING btree (studio_id, city) WHERE (NOT ((city)::text = ''::text));

CREATE INDEX library_photo_country ON public.library_libraryphoto USING btree (studio_id, country, city) WHERE (NOT ((country)::text = ''::text));

CREATE INDEX library_photo_exposure ON public.library_libraryphoto USING btree (studio_id, exposure);

CREATE INDEX library_photo_flag ON public.library_libraryphoto USING btree (studio_id, flag, wall DESC, id DESC) INCLUDE (kind, tier, stacked, rating, label, is_dated) WHERE (NOT ((flag)::text = ''::text));

CREATE INDEX library_photo_focal_length ON public.library_libraryphoto USING btree (studio_id, focal_length);

CREATE INDEX library_photo_iso ON public.library_libraryphoto USING btree (studio_id, iso);

CREATE INDEX library_photo_keywords ON public.library_libraryphoto USING gin (keywords);

CREATE INDEX library_photo_kind ON public.library_libraryphoto USING btree (studio_id, kind, wall DESC, id DESC) INCLUDE (tier, stacked, rating, label, flag, is_dated) WHERE (NOT ((kind)::text = 'image'::text));

CREATE INDEX library_photo_label ON public.library_libraryphoto USING btree (studio_id, label, wall DESC, id DESC) INCLUDE (kind, tier, stacked, rating, flag, is_dated) WHERE (NOT ((label)::text = ''::text));

CREATE INDEX library_photo_lens ON public.library_libraryphoto USING btree (studio_id, lens, wall DESC, id DESC) INCLUDE (kind, tier, stacked, rating, label, flag, is_dated, camera);

CREATE INDEX library_photo_named ON public.library_libraryphoto USING btree (studio_id, named_id) WHERE (named_id IS NOT NULL);

CREATE INDEX library_photo_ordered ON public.library_libraryphoto USING btree (studio_id, wall DESC, id DESC) INCLUDE (is_dated);

CREATE INDEX library_photo_photographer ON public.library_libraryphoto USING btree (studio_id, photographer, wall DESC, id DESC) INCLUDE (kind, tier, stacked, rating, label, flag, is_dated) WHERE (NOT ((photographer)::text = ''::text));

CREATE INDEX library_photo_position ON public.library_libraryphoto USING btree (studio_id, latitude, longitude) WHERE (latitude IS NOT NULL);

CREATE INDEX library_photo_problem ON public.library_libraryphoto USING btree (studio_id, wall DESC, id DESC) INCLUDE (kind, tier, stacked, rating, label, flag, is_dated) WHERE has_problem;

CREATE INDEX library_photo_rating ON public.library_libraryphoto USING btree (studio_id, rating, wall DESC, id DESC) INCLUDE (kind, tier, stacked, label, flag, is_dated) WHERE (rating > 0);

CREATE INDEX library_photo_square ON public.library_libraryphoto USING btree (studio_id, public.library_square((public.library_map_x(longitude))::bigint, (public.library_map_y(latitude))::bigint)) WHERE ((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision) AND ((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision)));

CREATE INDEX library_photo_stacked ON public.library_libraryphoto USING btree (studio_id, stacked, wall DESC, id DESC) INCLUDE (kind, tier, rating, label, flag, is_dated) WHERE (NOT ((stacked)::text = ''::text));

CREATE INDEX library_photo_tier ON public.library_libraryphoto USING btree (studio_id, tier, wall DESC, id DESC) INCLUDE (kind, stacked, rating, label, flag, is_dated) WHERE (NOT ((tier)::text = 'silver'::text));

CREATE INDEX library_photo_unplaced ON public.library_libraryphoto USING btree (studio_id, wall DESC, id DESC) WHERE (latitude IS NULL);

CREATE INDEX library_photo_uploaded ON public.library_libraryphoto USING btree (studio_id, uploaded_at DESC, id DESC);

CREATE INDEX library_photo_words ON public.library_libraryphoto USING gin (words);

CREATE INDEX library_photoplace_at ON public.library_photoplace USING btree (studio_id, latitude, longitude) WHERE (latitude IS NOT NULL);

CREATE INDEX library_photoplace_named_id_b1508580 ON public.library_photoplace USING btree (named_id);

CREATE INDEX library_valuecount_value ON public.library_valuecount USING btree (studio_id, facet, hashtextextended(value, (0)::bigint));

CREATE INDEX library_valuecount_waiting ON public.library_valuecount USING btree (studio_id, id) WHERE (NOT is_sum);

CREATE INDEX media_blob_alarmed ON public.media_blob USING btree (studio_id) WHERE (alarmed_at IS NOT NULL);

CREATE INDEX media_blob_checked ON public.media_blob USING btree (checked_at);

CREATE INDEX media_blob_doomed ON public.media_blob USING btree (doomed_at) WHERE ((state)::text = 'doomed'::text);

CREATE UNIQUE INDEX media_blob_live_once ON public.media_blob USING btree (studio_id, sha256) WHERE ((state)::text = 'live'::text);

CREATE INDEX media_blob_seen ON public.media_blob USING btree (studio_id, seen_at);

CREATE INDEX media_blobevent_at ON public.media_blobevent USING btree (studio_id, at);

CREATE INDEX media_rendition_blob_id_ab36da2e ON public.media_rendition USING btree (blob_id);

CREATE INDEX media_rendition_source_id_de59a175 ON public.media_rendition USING btree (source_id);

CREATE INDEX media_rendition_video ON public.media_rendition USING btree (recipe, studio_id) WHERE ((kind)::text = 'video'::text);

CREATE INDEX monitoring_period_age ON public.monitoring_serviceperiod USING btree (seen_at);

CREATE INDEX monitoring_period_newest ON public.monitoring_serviceperiod USING btree (service, began_at DESC);

CREATE INDEX portability_export_age ON public.portability_studioexport USING btree (created_at);

CREATE INDEX portability_exportfile_blob_id_fdb9dafe ON public.portability_exportfile USING btree (blob_id);

CREATE INDEX portability_exportfile_export_id_fc7d6aff ON public.portability_exportfile USING btree (export_id);

CREATE INDEX portability_exportpart_export_id_4ac9a115 ON public.portability_exportpart USING btree (export_id);

CREATE INDEX portability_studioexport_who_id_f61c2cb0 ON public.portability_studioexport USING btree (who_id);

CREATE INDEX sharing_activity_link ON public.sharing_activity USING btree (studio_id, link_id, at DESC);

CREATE INDEX sharing_activity_link_id_094fa7fa ON public.sharing_activity USING btree (link_id);

CREATE INDEX sharing_activity_newest ON public.sharing_activity USING btree (studio_id, at DESC, id DESC);

CREATE INDEX sharing_activity_photo_id_375237ba ON public.sharing_activity USING btree (photo_id);

CREATE INDEX sharing_activity_shown ON public.sharing_activity USING btree (studio_id, shown_id, at DESC, id DESC);

CREATE INDEX sharing_activity_shown_id_d9da581d ON public.sharing_activity USING btree (shown_id);

CREATE INDEX sharing_activity_visitor ON public.sharing_activity USING btree (studio_id, visitor_id, kind) WHERE (visitor_id IS NOT NULL);

CREATE INDEX sharing_activity_visitor_id_28d299a2 ON public.sharing_activity USING btree (visitor_id);

CREATE INDEX sharing_archive_link_id_9eae1d6c ON public.sharing_archive USING btree (link_id);

CREATE INDEX sharing_archive_old ON public.sharing_archive USING btree (created_at);

CREATE INDEX sharing_archive_visitor_id_ecad04cf ON public.sharing_archive USING btree (visitor_id);

CREATE INDEX sharing_clientemail_album_id_1dafe978 ON public.sharing_clientemail USING btree (album_id);

CREATE INDEX sharing_clientemail_email_id_f12165f3 ON public.sharing_clientemail USING btree (email_id);

CREATE INDEX sharing_clientemail_link_id_296e9824 ON public.sharing_clientemail USING btree (link_id);

CREATE INDEX sharing_clientemail_newest ON public.sharing_clientemail USING btree (studio_id, created_at DESC, id DESC);

CREATE INDEX sharing_clientemail_selection_id_2de9f050 ON public.sharing_clientemail USING btree (selection_id);

CREATE INDEX sharing_clientemail_visitor_id_2cf052e7 ON public.sharing_clientemail USING btree (visitor_id);

CREATE INDEX sharing_comment_author_id_e0bd4874 ON public.sharing_comment USING btree (author_id);

CREATE INDEX sharing_comment_link_id_5b1acbae ON public.sharing_comment USING btree (link_id);

CREATE INDEX sharing_comment_parent_id_d4fba851 ON public.sharing_comment USING btree (parent_id);

CREATE INDEX sharing_comment_photo_id_6da6f478 ON public.sharing_comment USING btree (photo_id);

CREATE INDEX sharing_comment_shown_id_3964b624 ON public.sharing_comment USING btree (shown_id);

CREATE INDEX sharing_comment_thread ON public.sharing_comment USING btree (studio_id, shown_id, photo_id, created_at);

CREATE INDEX sharing_comment_unread ON public.sharing_comment USING btree (studio_id, shown_id) WHERE ((author_id IS NULL) AND (read_at IS NULL) AND (removed_at IS NULL));

CREATE INDEX sharing_comment_visitor_id_2e29f3c5 ON public.sharing_comment USING btree (visitor_id);

CREATE INDEX sharing_foundphotos_age ON public.sharing_foundphotos USING btree (created_at);

CREATE INDEX sharing_foundphotos_link_id_abaa9031 ON public.sharing_foundphotos USING btree (link_id);

CREATE INDEX sharing_hiderequest_answered_by_id_43c2df60 ON public.sharing_hiderequest USING btree (answered_by_id);

CREATE INDEX sharing_hiderequest_link_id_2a5adebd ON public.sharing_hiderequest USING btree (link_id);

CREATE INDEX sharing_hiderequest_open ON public.sharing_hiderequest USING btree (studio_id, created_at) WHERE ((answer)::text = ''::text);

CREATE INDEX sharing_hiderequest_shown_id_4a8d1f04 ON public.sharing_hiderequest USING btree (shown_id);

CREATE INDEX sharing_hiderequest_visitor_id_60369b5c ON public.sharing_hiderequest USING btree (visitor_id);

CREATE INDEX sharing_mark_photo ON public.sharing_mark USING btree (studio_id, shown_id, photo_id);

CREATE INDEX sharing_mark_photo_id_77eecf00 ON public.sharing_mark USING btree (photo_id);

CREATE INDEX sharing_mark_shown_id_d6f7b34b ON public.sharing_mark USING btree (shown_id);

CREATE INDEX sharing_mark_visitor_id_5f0594e5 ON public.sharing_mark USING btree (visitor_id);

CREATE INDEX sharing_pick_photo ON public.sharing_pick USING btree (studio_id, photo_id);

CREATE INDEX sharing_pick_photo_id_8415174e ON public.sharing_pick USING btree (photo_id);

CREATE INDEX sharing_pick_selection_id_c7af9f52 ON public.sharing_pick USING btree (selection_id);

CREATE UNIQUE INDEX sharing_preset_default ON public.sharing_preset USING btree (studio_id, kind) WHERE is_default;

CREATE INDEX sharing_selection_asked ON public.sharing_selection USING btree (studio_id, asked_more_at) WHERE (asked_more_at IS NOT NULL);

CREATE INDEX sharing_selection_preset_id_cc4a945c ON public.sharing_selection USING btree (preset_id);

CREATE INDEX sharing_selection_shown_id_7076651a ON public.sharing_selection USING btree (shown_id);

CREATE INDEX sharing_selection_visitor_id_93f4383f ON public.sharing_selection USING btree (visitor_id);

CREATE INDEX sharing_selection_waiting ON public.sharing_selection USING btree (studio_id, state, sent_at DESC);

CREATE INDEX sharing_selectionpreset_shown_id_42c62145 ON public.sharing_selectionpreset USING btree (shown_id);

CREATE INDEX sharing_sharelink_album_id_701b4194 ON public.sharing_sharelink USING btree (album_id);

CREATE INDEX sharing_sharelink_created_by_id_3526628d ON public.sharing_sharelink USING btree (created_by_id);

CREATE INDEX sharing_sharelink_lookup ON public.sharing_sharelink USING btree (token_hash);

CREATE INDEX sharing_sharelink_shown_id_3f8a38bd ON public.sharing_sharelink USING btree (shown_id);

CREATE UNIQUE INDEX sharing_sharelink_slug ON public.sharing_sharelink USING btree (studio_id, slug) WHERE (NOT ((slug)::text = ''::text));

CREATE INDEX sharing_shown_album_id_fe5c4341 ON public.sharing_shown USING btree (album_id);

CREATE INDEX sharing_studioclient_latest ON public.sharing_studioclient USING btree (studio_id, active_at DESC, id DESC);

CREATE INDEX sharing_takenphoto_link_id_e7a697cb ON public.sharing_takenphoto USING btree (link_id);

CREATE INDEX sharing_takenphoto_photo_id_43b26947 ON public.sharing_takenphoto USING btree (photo_id);

CREATE UNIQUE INDEX sharing_visitor_address ON public.sharing_visitor USING btree (studio_id, shown_id, email) WHERE ((email)::text > ''::text);

CREATE INDEX sharing_visitor_link_id_ef412b5c ON public.sharing_visitor USING btree (link_id);

CREATE INDEX sharing_visitor_person ON public.sharing_visitor USING btree (studio_id, email) WHERE ((email)::text > ''::text);

CREATE INDEX sharing_visitor_shown_id_843a3a75 ON public.sharing_visitor USING btree (shown_id);

CREATE INDEX sharing_watermark_album_id_7dd12425 ON public.sharing_watermark USING btree (album_id);

CREATE INDEX smart_collections_title ON public.smart_collections_smartcollection USING btree (studio_id, title, id);

CREATE INDEX tagging_aisettings_consent_by_id_cb2dc96c ON public.tagging_aisettings USING btree (consent_by_id);

CREATE INDEX tagging_meaningserver_consent_by_id_5963cd38 ON public.tagging_meaningserver USING btree (consent_by_id);

CREATE INDEX tagging_meaningwait_photo_id_1db7a04e ON public.tagging_meaningwait USING btree (photo_id);

CREATE INDEX tagging_photomeaning_photo_id_631b51f8 ON public.tagging_photomeaning USING btree (photo_id);

CREATE INDEX tagging_prompttrial_photo_id_a4ba3c09 ON public.tagging_prompttrial USING btree (photo_id);

CREATE INDEX tagging_suggestion_decided_by_id_5784dbdc ON public.tagging_suggestion USING btree (decided_by_id);

CREATE INDEX tagging_suggestion_open ON public.tagging_suggestion USING btree (studio_id, confidence DESC, id) WHERE ((state)::text = 'open'::text);

CREATE INDEX tagging_suggestion_photo_id_20db1977 ON public.tagging_suggestion USING btree (photo_id);

CREATE INDEX uploads_importrun_age ON public.uploads_importrun USING btree (created_at);

CREATE INDEX uploads_importrun_who_id_995b4a83 ON public.uploads_importrun USING btree (who_id);

CREATE INDEX uploads_inbox_album_id_910de4b1 ON public.uploads_inbox USING btree (album_id);

CREATE UNIQUE INDEX uploads_inboxfile_once ON public.uploads_inboxfile USING btree (studio_id, path) WHERE (aside = ''::text);

CREATE INDEX uploads_inboxfile_state ON public.uploads_inboxfile USING btree (studio_id, state, id);

CREATE INDEX uploads_inboxfolder_album_id_eb6064ed ON public.uploads_inboxfolder USING btree (album_id);

CREATE INDEX uploads_receivedfile_album ON public.uploads_receivedfile USING btree (studio_id, album_id, id DESC);

CREATE INDEX uploads_receivedfile_album_id_1b9814d7 ON public.uploads_receivedfile USING btree (album_id);

CREATE INDEX uploads_receivedfile_link ON public.uploads_receivedfile USING btree (studio_id, link_id, at);

CREATE INDEX uploads_receivedfile_link_id_e97c1c2a ON public.uploads_receivedfile USING btree (link_id);

CREATE INDEX uploads_receivedfile_photo ON public.uploads_receivedfile USING btree (studio_id, photo_id);

CREATE INDEX uploads_receivedfile_photo_id_3c776753 ON public.uploads_receivedfile USING btree (photo_id);

CREATE INDEX uploads_receivedfile_receipt ON public.uploads_receivedfile USING btree (studio_id, album_id, receipt, id) WHERE (receipt IS NOT NULL);

CREATE INDEX uploads_receivedfile_user_id_6094f456 ON public.uploads_receivedfile USING btree (user_id);

CREATE INDEX uploads_receivedfile_visitor ON public.uploads_receivedfile USING btree (studio_id, visitor_id, id DESC);

CREATE INDEX uploads_receivedfile_visitor_id_2cf6fe98 ON public.uploads_receivedfile USING btree (visitor_id);

CREATE INDEX uploads_sidecar_album_id_f1eda441 ON public.uploads_sidecar USING btree (album_id);

CREATE INDEX uploads_sidecar_user_id_450ccb0a ON public.uploads_sidecar USING btree (user_id);

CREATE INDEX uploads_sidecar_waiting ON public.uploads_sidecar USING btree (studio_id, stem) WHERE (photo_id IS NULL);

CREATE INDEX uploads_upload_album ON public.uploads_upload USING btree (studio_id, album_id);

CREATE INDEX uploads_upload_album_id_5ac8554e ON public.uploads_upload USING btree (album_id);

CREATE INDEX uploads_upload_link ON public.uploads_upload USING btree (studio_id, link_id) WHERE (link_id IS NOT NULL);

CREATE INDEX uploads_upload_link_id_9b53dc8a ON public.uploads_upload USING btree (link_id);

CREATE INDEX uploads_upload_photo ON public.uploads_upload USING btree (studio_id, photo_id);

CREATE INDEX uploads_upload_photo_id_95d09bbd ON public.uploads_upload USING btree (photo_id);

CREATE INDEX uploads_upload_touched ON public.uploads_upload USING btree (touched_at);

CREATE INDEX uploads_upload_user_id_4b5cafec ON public.uploads_upload USING btree (user_id);

CREATE INDEX uploads_upload_visitor ON public.uploads_upload USING btree (studio_id, visitor_id) WHERE (visitor_id IS NOT NULL);

CREATE INDEX uploads_upload_visitor_id_8ad4166e ON public.uploads_upload USING btree (visitor_id);

CREATE INDEX webhooks_delivery_age ON public.webhooks_webhookdelivery USING btree (created_at);

CREATE INDEX webhooks_delivery_newest ON public.webhooks_webhookdelivery USING btree (studio_id, webhook_id, created_at DESC, id DESC);

CREATE INDEX webhooks_delivery_sending ON public.webhooks_webhookdelivery USING btree (lease_until) WHERE ((state)::text = 'sending'::text);

CREATE INDEX webhooks_delivery_waiting ON public.webhooks_webhookdelivery USING btree (studio_id, webhook_id, due_at) WHERE ((state)::text = 'waiting'::text);

CREATE INDEX webhooks_webhook_turn ON public.webhooks_webhook USING btree (served_at) WHERE is_active;

CREATE INDEX webhooks_webhookdelivery_webhook_id_195f5243 ON public.webhooks_webhookdelivery USING btree (webhook_id);

CREATE TRIGGER "A_library_albums_stack_delete" AFTER DELETE ON public.albums_stack FOR EACH ROW EXECUTE FUNCTION public.library_albums_stack_delete();

CREATE TRIGGER accounts_email_client_delete AFTER DELETE ON public.accounts_email FOR EACH ROW WHEN (((old.composer)::text = 'client'::text)) EXECUTE FUNCTION public.accounts_email_client_delete();

CREATE TRIGGER accounts_studio_version_update AFTER UPDATE ON public.accounts_studio FOR EACH ROW WHEN ((((old.name)::text IS DISTINCT FROM (new.name)::text) OR ((old.slug)::text IS DISTINCT FROM (new.slug)::text) OR ((old.time_zone)::text IS DISTINCT FROM (new.time_zone)::text) OR ((old.accent)::text IS DISTINCT FROM (new.accent)::text) OR (old.design IS DISTINCT FROM new.design) OR (old.index_is_public IS DISTINCT FROM new.index_is_public) OR (old.logo_version IS DISTINCT FROM new.logo_version))) EXECUTE FUNCTION public.accounts_studio_version_update();

CREATE TRIGGER albums_album_version_update AFTER UPDATE ON public.albums_album REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.albums_album_version_update();

CREATE TRIGGER albums_photo_appear_update AFTER UPDATE OF taken_at ON public.albums_photo FOR EACH ROW WHEN ((old.taken_at IS DISTINCT FROM new.taken_at)) EXECUTE FUNCTION public.albums_photo_appear_update();

CREATE TRIGGER albums_photo_count_delete BEFORE DELETE ON public.albums_photo FOR EACH ROW WHEN ((old.trashed_at IS NULL)) EXECUTE FUNCTION public.albums_photo_count_delete();

CREATE TRIGGER albums_photo_count_update AFTER UPDATE ON public.albums_photo REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.albums_photo_count_update();

CREATE TRIGGER albums_photo_version_update AFTER UPDATE ON public.albums_photo REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.albums_photo_version_update();

CREATE TRIGGER albums_placement_version_delete AFTER DELETE ON public.albums_placement REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.albums_placement_version_delete();

CREATE TRIGGER albums_placement_version_insert AFTER INSERT ON public.albums_placement REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.albums_placement_version_insert();

CREATE TRIGGER albums_placement_version_update AFTER UPDATE ON public.albums_placement REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.albums_placement_version_update();

CREATE TRIGGER albums_section_version_delete AFTER DELETE ON public.albums_section REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.albums_section_version_delete();

CREATE TRIGGER albums_section_version_insert AFTER INSERT ON public.albums_section REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.albums_section_version_insert();

CREATE TRIGGER albums_section_version_update AFTER UPDATE ON public.albums_section REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.albums_section_version_update();

CREATE TRIGGER albums_stack_version_update AFTER UPDATE ON public.albums_stack REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.albums_stack_version_update();

CREATE TRIGGER albums_version_version_delete AFTER DELETE ON public.albums_version REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.albums_version_version_delete();

CREATE TRIGGER albums_version_version_insert AFTER INSERT ON public.albums_version REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.albums_version_version_insert();

CREATE TRIGGER albums_version_version_update AFTER UPDATE ON public.albums_version REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.albums_version_version_update();

CREATE TRIGGER faces_face_agree_delete AFTER DELETE ON public.faces_face REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.faces_face_agree_delete();

CREATE TRIGGER faces_face_agree_insert AFTER INSERT ON public.faces_face REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.faces_face_agree_insert();

CREATE TRIGGER faces_face_agree_update AFTER UPDATE ON public.faces_face REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.faces_face_agree_update();

CREATE TRIGGER faces_face_appear_delete AFTER DELETE ON public.faces_face REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.faces_face_appear_delete();

CREATE TRIGGER faces_face_appear_insert AFTER INSERT ON public.faces_face REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.faces_face_appear_insert();

CREATE TRIGGER faces_face_appear_update AFTER UPDATE ON public.faces_face REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.faces_face_appear_update();

CREATE TRIGGER faces_face_count_delete AFTER DELETE ON public.faces_face REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.faces_face_count_delete();

CREATE TRIGGER faces_face_count_insert AFTER INSERT ON public.faces_face REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.faces_face_count_insert();

CREATE TRIGGER faces_face_count_update AFTER UPDATE ON public.faces_face REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.faces_face_count_update();

CREATE TRIGGER faces_face_measured BEFORE INSERT OR UPDATE OF embedding, measured ON public.faces_face FOR EACH ROW EXECUTE FUNCTION public.faces_face_measured();

CREATE TRIGGER faces_person_agree_update AFTER UPDATE ON public.faces_person REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.faces_person_agree_update();

CREATE TRIGGER faces_person_version_update AFTER UPDATE ON public.faces_person REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.faces_person_version_update();

CREATE TRIGGER faces_scan_agree_delete AFTER DELETE ON public.faces_scan REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.faces_scan_agree_delete();

CREATE TRIGGER faces_scan_agree_insert AFTER INSERT ON public.faces_scan REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.faces_scan_agree_insert();

CREATE TRIGGER library_accounts_studio_update AFTER UPDATE ON public.accounts_studio FOR EACH ROW WHEN (((old.time_zone)::text IS DISTINCT FROM (new.time_zone)::text)) EXECUTE FUNCTION public.library_accounts_studio_update();

CREATE TRIGGER library_albums_album_update AFTER UPDATE ON public.albums_album REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_albums_album_update();

CREATE TRIGGER library_albums_photo_update AFTER UPDATE ON public.albums_photo REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_albums_photo_update();

CREATE TRIGGER library_albums_photo_values_delete AFTER DELETE ON public.albums_photo REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.library_albums_photo_values_delete();

CREATE TRIGGER library_albums_photo_values_insert AFTER INSERT ON public.albums_photo REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_albums_photo_values_insert();

CREATE TRIGGER library_albums_photo_values_update AFTER UPDATE ON public.albums_photo REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_albums_photo_values_update();

CREATE TRIGGER library_albums_placement_delete AFTER DELETE ON public.albums_placement REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.library_albums_placement_delete();

CREATE TRIGGER library_albums_placement_insert AFTER INSERT ON public.albums_placement REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_albums_placement_insert();

CREATE TRIGGER library_albums_placement_update AFTER UPDATE ON public.albums_placement REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_albums_placement_update();

CREATE TRIGGER library_albums_stack_insert AFTER INSERT ON public.albums_stack REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_albums_stack_insert();

CREATE TRIGGER library_albums_stack_update AFTER UPDATE ON public.albums_stack REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_albums_stack_update();

CREATE TRIGGER library_faces_face_persons_delete AFTER DELETE ON public.faces_face REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.library_faces_face_persons_delete();

CREATE TRIGGER library_faces_face_persons_insert AFTER INSERT ON public.faces_face REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_faces_face_persons_insert();

CREATE TRIGGER library_faces_face_persons_update AFTER UPDATE ON public.faces_face REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_faces_face_persons_update();

CREATE TRIGGER library_library_libraryphoto_persons_insert AFTER INSERT ON public.library_libraryphoto REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_library_libraryphoto_persons_insert();

CREATE TRIGGER library_library_libraryphoto_persons_update AFTER UPDATE ON public.library_libraryphoto REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_library_libraryphoto_persons_update();

CREATE TRIGGER library_library_libraryphoto_values_delete AFTER DELETE ON public.library_libraryphoto REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.library_library_libraryphoto_values_delete();

CREATE TRIGGER library_library_libraryphoto_values_insert AFTER INSERT ON public.library_libraryphoto REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_library_libraryphoto_values_insert();

CREATE TRIGGER library_library_libraryphoto_values_update AFTER UPDATE ON public.library_libraryphoto REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_library_libraryphoto_values_update();

CREATE TRIGGER library_library_photoplace_delete AFTER DELETE ON public.library_photoplace REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.library_library_photoplace_delete();

CREATE TRIGGER library_library_photoplace_insert AFTER INSERT ON public.library_photoplace REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_library_photoplace_insert();

CREATE TRIGGER library_library_photoplace_update AFTER UPDATE ON public.library_photoplace REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_library_photoplace_update();

CREATE TRIGGER library_libraryphoto_months_delete AFTER DELETE ON public.library_libraryphoto REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.library_libraryphoto_months_delete();

CREATE TRIGGER library_libraryphoto_months_insert AFTER INSERT ON public.library_libraryphoto REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_libraryphoto_months_insert();

CREATE TRIGGER library_libraryphoto_months_update AFTER UPDATE ON public.library_libraryphoto REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_libraryphoto_months_update();

CREATE TRIGGER library_libraryphoto_squares_delete AFTER DELETE ON public.library_libraryphoto REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.library_libraryphoto_squares_delete();

CREATE TRIGGER library_libraryphoto_squares_insert AFTER INSERT ON public.library_libraryphoto REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_libraryphoto_squares_insert();

CREATE TRIGGER library_libraryphoto_squares_update AFTER UPDATE ON public.library_libraryphoto REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_libraryphoto_squares_update();

CREATE TRIGGER library_words_insert AFTER INSERT ON public.library_libraryphoto REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_words_insert();

CREATE TRIGGER library_words_update AFTER UPDATE ON public.library_libraryphoto REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.library_words_update();

CREATE TRIGGER sharing_clientemail_client_delete AFTER DELETE ON public.sharing_clientemail FOR EACH ROW EXECUTE FUNCTION public.sharing_clientemail_client_delete();

CREATE TRIGGER sharing_clientemail_client_insert AFTER INSERT ON public.sharing_clientemail REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_clientemail_client_insert();

CREATE TRIGGER sharing_comment_version_insert AFTER INSERT ON public.sharing_comment REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_comment_version_insert();

CREATE TRIGGER sharing_comment_version_update AFTER UPDATE ON public.sharing_comment REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_comment_version_update();

CREATE TRIGGER sharing_mark_version_delete AFTER DELETE ON public.sharing_mark REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_mark_version_delete();

CREATE TRIGGER sharing_mark_version_insert AFTER INSERT ON public.sharing_mark REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_mark_version_insert();

CREATE TRIGGER sharing_mark_version_update AFTER UPDATE ON public.sharing_mark REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_mark_version_update();

CREATE TRIGGER sharing_pick_version_delete AFTER DELETE ON public.sharing_pick REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_pick_version_delete();

CREATE TRIGGER sharing_pick_version_insert AFTER INSERT ON public.sharing_pick REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_pick_version_insert();

CREATE TRIGGER sharing_pick_version_update AFTER UPDATE ON public.sharing_pick REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_pick_version_update();

CREATE TRIGGER sharing_selection_version_delete AFTER DELETE ON public.sharing_selection REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_selection_version_delete();

CREATE TRIGGER sharing_selection_version_insert AFTER INSERT ON public.sharing_selection REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_selection_version_insert();

CREATE TRIGGER sharing_selection_version_update AFTER UPDATE ON public.sharing_selection REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_selection_version_update();

CREATE TRIGGER sharing_selectionpreset_version_delete AFTER DELETE ON public.sharing_selectionpreset REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_selectionpreset_version_delete();

CREATE TRIGGER sharing_selectionpreset_version_insert AFTER INSERT ON public.sharing_selectionpreset REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_selectionpreset_version_insert();

CREATE TRIGGER sharing_selectionpreset_version_update AFTER UPDATE ON public.sharing_selectionpreset REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_selectionpreset_version_update();

CREATE TRIGGER sharing_sharelink_version_delete AFTER DELETE ON public.sharing_sharelink REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_sharelink_version_delete();

CREATE TRIGGER sharing_sharelink_version_insert AFTER INSERT ON public.sharing_sharelink REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_sharelink_version_insert();

CREATE TRIGGER sharing_sharelink_version_update AFTER UPDATE ON public.sharing_sharelink REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_sharelink_version_update();

CREATE TRIGGER sharing_visitor_client_delete AFTER DELETE ON public.sharing_visitor FOR EACH ROW WHEN (((old.email)::text > ''::text)) EXECUTE FUNCTION public.sharing_visitor_client_delete();

CREATE TRIGGER sharing_visitor_client_insert AFTER INSERT ON public.sharing_visitor REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_visitor_client_insert();

CREATE TRIGGER sharing_visitor_client_update AFTER UPDATE ON public.sharing_visitor REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_visitor_client_update();

CREATE TRIGGER sharing_visitor_version_delete AFTER DELETE ON public.sharing_visitor REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_visitor_version_delete();

CREATE TRIGGER sharing_visitor_version_insert AFTER INSERT ON public.sharing_visitor REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_visitor_version_insert();

CREATE TRIGGER sharing_visitor_version_update AFTER UPDATE ON public.sharing_visitor REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_visitor_version_update();

CREATE TRIGGER sharing_watermark_version_delete AFTER DELETE ON public.sharing_watermark REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_watermark_version_delete();

CREATE TRIGGER sharing_watermark_version_insert AFTER INSERT ON public.sharing_watermark REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_watermark_version_insert();

CREATE TRIGGER sharing_watermark_version_update AFTER UPDATE ON public.sharing_watermark REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.sharing_watermark_version_update();

CREATE TRIGGER tagging_albums_photo_insert AFTER INSERT ON public.albums_photo REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.tagging_albums_photo_insert();

CREATE TRIGGER tagging_albums_photo_update AFTER UPDATE ON public.albums_photo REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.tagging_albums_photo_update();

CREATE TRIGGER webhooks_accounts_journalentry AFTER INSERT ON public.accounts_journalentry REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.webhooks_accounts_journalentry();

CREATE TRIGGER webhooks_sharing_activity AFTER INSERT ON public.sharing_activity REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.webhooks_sharing_activity();

ALTER TABLE ONLY public.accounts_apikey
    ADD CONSTRAINT accounts_apikey_made_by_id_5e719101_fk_accounts_user_id FOREIGN KEY (made_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_apikey
    ADD CONSTRAINT accounts_apikey_studio_id_f41e253c_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_brand
    ADD CONSTRAINT accounts_brand_studio_id_3a43d462_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_browsersession
    ADD CONSTRAINT accounts_browsersession_user_id_b0cb11d3_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_domain
    ADD CONSTRAINT accounts_domain_brand_same_studio FOREIGN KEY (studio_id, brand_id) REFERENCES public.accounts_brand(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_domain
    ADD CONSTRAINT accounts_domain_studio_id_bfc71eee_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_email
    ADD CONSTRAINT accounts_email_studio_id_7f2cbeb1_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_idempotentreply
    ADD CONSTRAINT accounts_idempotentr_studio_id_7d88e0e2_fk_accounts_ FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_idempotentreply
    ADD CONSTRAINT accounts_idempotentreply_user_id_b4c430f8_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_invited_by_id_94a21efc_fk_accounts_user_id FOREIGN KEY (invited_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_studio_id_f022977d_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_journalentry
    ADD CONSTRAINT accounts_journalentry_actor_id_ee42ec11_fk_accounts_user_id FOREIGN KEY (actor_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_journalentry
    ADD CONSTRAINT accounts_journalentry_studio_id_7430ed2c_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_journalentry
    ADD CONSTRAINT accounts_journalentry_undoes_same_studio FOREIGN KEY (studio_id, undoes_id) REFERENCES public.accounts_journalentry(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_journalsubject
    ADD CONSTRAINT accounts_journalsubj_studio_id_e420bab1_fk_accounts_ FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_journalsubject
    ADD CONSTRAINT accounts_journalsubject_entry_same_studio FOREIGN KEY (studio_id, entry_id) REFERENCES public.accounts_journalentry(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT accounts_membership_studio_id_a78e1a94_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT accounts_membership_user_id_487fb39e_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_membershipalbum
    ADD CONSTRAINT accounts_membershipa_studio_id_8ddd6583_fk_accounts_ FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_membershipalbum
    ADD CONSTRAINT accounts_membershipalbum_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_membershipalbum
    ADD CONSTRAINT accounts_membershipalbum_membership_same_studio FOREIGN KEY (studio_id, membership_id) REFERENCES public.accounts_membership(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_operatorvisit
    ADD CONSTRAINT accounts_operatorvisit_studio_id_86bce17c_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_operatorvisit
    ADD CONSTRAINT accounts_operatorvisit_user_id_ebf1bd9a_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_passkey
    ADD CONSTRAINT accounts_passkey_user_id_f8f562b4_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_processingagreement
    ADD CONSTRAINT accounts_processinga_agreed_by_id_62b3b10d_fk_accounts_ FOREIGN KEY (agreed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_processingagreement
    ADD CONSTRAINT accounts_processinga_studio_id_50e8b73e_fk_accounts_ FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_refreshtoken
    ADD CONSTRAINT accounts_refreshtoken_studio_id_908951bf_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_refreshtoken
    ADD CONSTRAINT accounts_refreshtoken_user_id_431f922e_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_task
    ADD CONSTRAINT accounts_task_studio_id_f8a378cb_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_task
    ADD CONSTRAINT accounts_task_who_id_f76c0a56_fk_accounts_user_id FOREIGN KEY (who_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_taskslice
    ADD CONSTRAINT accounts_taskslice_studio_id_44d3098e_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_taskslice
    ADD CONSTRAINT accounts_taskslice_task_same_studio FOREIGN KEY (studio_id, task_id) REFERENCES public.accounts_task(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_album
    ADD CONSTRAINT albums_album_brand_same_studio FOREIGN KEY (studio_id, brand_id) REFERENCES public.accounts_brand(studio_id, id) ON DELETE SET NULL (brand_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_album
    ADD CONSTRAINT albums_album_cover_same_studio FOREIGN KEY (studio_id, cover_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE SET NULL (cover_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_album
    ADD CONSTRAINT albums_album_studio_id_c6de59b0_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_albumchange
    ADD CONSTRAINT albums_albumchange_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_albumchange
    ADD CONSTRAINT albums_albumchange_studio_id_2ea11b68_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_albumversion
    ADD CONSTRAINT albums_albumversion_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_albumversion
    ADD CONSTRAINT albums_albumversion_studio_id_3c1787db_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_photo
    ADD CONSTRAINT albums_photo_original_same_studio FOREIGN KEY (studio_id, original_id) REFERENCES public.media_blob(studio_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_photo
    ADD CONSTRAINT albums_photo_stack_same_studio FOREIGN KEY (studio_id, stack_id) REFERENCES public.albums_stack(studio_id, id) ON DELETE SET NULL (stack_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_photo
    ADD CONSTRAINT albums_photo_studio_id_7138349c_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_photo
    ADD CONSTRAINT albums_photo_uploaded_by_id_6b012269_fk_accounts_user_id FOREIGN KEY (uploaded_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_placement
    ADD CONSTRAINT albums_placement_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_placement
    ADD CONSTRAINT albums_placement_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_placement
    ADD CONSTRAINT albums_placement_section_same_studio FOREIGN KEY (studio_id, section_id) REFERENCES public.albums_section(studio_id, id) ON DELETE SET NULL (section_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_placement
    ADD CONSTRAINT albums_placement_studio_id_3a8b7364_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_section
    ADD CONSTRAINT albums_section_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_section
    ADD CONSTRAINT albums_section_studio_id_07d7d239_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_stack
    ADD CONSTRAINT albums_stack_studio_id_8ffbf006_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_stack
    ADD CONSTRAINT albums_stack_top_same_studio FOREIGN KEY (studio_id, top_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE SET NULL (top_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_version
    ADD CONSTRAINT albums_version_blob_same_studio FOREIGN KEY (studio_id, blob_id) REFERENCES public.media_blob(studio_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_version
    ADD CONSTRAINT albums_version_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_version
    ADD CONSTRAINT albums_version_studio_id_ac984d20_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.albums_version
    ADD CONSTRAINT albums_version_uploaded_by_id_40f85793_fk_accounts_user_id FOREIGN KEY (uploaded_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.backups_backupcopy
    ADD CONSTRAINT backups_backupcopy_studio_id_8912e065_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_appearance
    ADD CONSTRAINT faces_appearance_person_same_studio FOREIGN KEY (studio_id, person_id) REFERENCES public.faces_person(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_appearance
    ADD CONSTRAINT faces_appearance_studio_id_8635c79b_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_crop
    ADD CONSTRAINT faces_crop_face_same_studio FOREIGN KEY (studio_id, face_id) REFERENCES public.faces_face(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_crop
    ADD CONSTRAINT faces_crop_studio_id_48f85f81_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_face
    ADD CONSTRAINT faces_face_person_same_studio FOREIGN KEY (studio_id, person_id) REFERENCES public.faces_person(studio_id, id) ON DELETE SET NULL (person_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_face
    ADD CONSTRAINT faces_face_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_face
    ADD CONSTRAINT faces_face_studio_id_9c7f19d3_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_face
    ADD CONSTRAINT faces_face_suggested_same_studio FOREIGN KEY (studio_id, suggested_id) REFERENCES public.faces_person(studio_id, id) ON DELETE SET NULL (suggested_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_facesettings
    ADD CONSTRAINT faces_facesettings_consent_by_id_f0866307_fk_accounts_user_id FOREIGN KEY (consent_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_facesettings
    ADD CONSTRAINT faces_facesettings_studio_id_b2faa0eb_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_galleryfaces
    ADD CONSTRAINT faces_galleryfaces_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_galleryfaces
    ADD CONSTRAINT faces_galleryfaces_studio_id_3f635d83_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_nevertwo
    ADD CONSTRAINT faces_nevertwo_one_same_studio FOREIGN KEY (studio_id, one_id) REFERENCES public.faces_person(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_nevertwo
    ADD CONSTRAINT faces_nevertwo_other_same_studio FOREIGN KEY (studio_id, other_id) REFERENCES public.faces_person(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_nevertwo
    ADD CONSTRAINT faces_nevertwo_studio_id_c84d01a5_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_notthem
    ADD CONSTRAINT faces_notthem_face_same_studio FOREIGN KEY (studio_id, face_id) REFERENCES public.faces_face(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_notthem
    ADD CONSTRAINT faces_notthem_person_same_studio FOREIGN KEY (studio_id, person_id) REFERENCES public.faces_person(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_notthem
    ADD CONSTRAINT faces_notthem_studio_id_2a90b526_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_person
    ADD CONSTRAINT faces_person_studio_id_1463c115_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_personcount
    ADD CONSTRAINT faces_personcount_person_same_studio FOREIGN KEY (studio_id, person_id) REFERENCES public.faces_person(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_personcount
    ADD CONSTRAINT faces_personcount_studio_id_9fa8ff76_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_relationship
    ADD CONSTRAINT faces_relationship_other_same_studio FOREIGN KEY (studio_id, other_id) REFERENCES public.faces_person(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_relationship
    ADD CONSTRAINT faces_relationship_person_same_studio FOREIGN KEY (studio_id, person_id) REFERENCES public.faces_person(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_relationship
    ADD CONSTRAINT faces_relationship_studio_id_73d9c495_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_scan
    ADD CONSTRAINT faces_scan_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.faces_scan
    ADD CONSTRAINT faces_scan_studio_id_acde136b_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.jobs_job
    ADD CONSTRAINT jobs_job_studio_id_3db1a2f9_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.jobs_lane
    ADD CONSTRAINT jobs_lane_studio_id_9f31305d_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_different
    ADD CONSTRAINT library_different_one_same_studio FOREIGN KEY (studio_id, one_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_different
    ADD CONSTRAINT library_different_other_same_studio FOREIGN KEY (studio_id, other_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_different
    ADD CONSTRAINT library_different_studio_id_cc5ed201_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_duplicategroup
    ADD CONSTRAINT library_duplicategroup_studio_id_96494841_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_duplicatephoto
    ADD CONSTRAINT library_duplicatephoto_group_same_studio FOREIGN KEY (studio_id, group_id) REFERENCES public.library_duplicategroup(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_duplicatephoto
    ADD CONSTRAINT library_duplicatephoto_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_duplicatephoto
    ADD CONSTRAINT library_duplicatephoto_studio_id_e1c661d1_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_event
    ADD CONSTRAINT library_event_studio_id_7cdd59dd_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_eventalbum
    ADD CONSTRAINT library_eventalbum_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_eventalbum
    ADD CONSTRAINT library_eventalbum_event_same_studio FOREIGN KEY (studio_id, event_id) REFERENCES public.library_event(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_eventalbum
    ADD CONSTRAINT library_eventalbum_studio_id_72800311_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_holidayset
    ADD CONSTRAINT library_holidayset_studio_id_e301ffb0_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_keyword
    ADD CONSTRAINT library_keyword_studio_id_49c181d8_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_knownword
    ADD CONSTRAINT library_knownword_studio_id_b69f2fa8_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_knownword
    ADD CONSTRAINT library_knownword_witness_same_studio FOREIGN KEY (studio_id, witness_id) REFERENCES public.library_libraryphoto(studio_id, id) ON DELETE SET NULL (witness_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_libraryphoto
    ADD CONSTRAINT library_libraryphoto_named_same_studio FOREIGN KEY (studio_id, named_id) REFERENCES public.library_namedplace(studio_id, id) ON DELETE SET NULL (named_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_libraryphoto
    ADD CONSTRAINT library_libraryphoto_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_libraryphoto
    ADD CONSTRAINT library_libraryphoto_studio_id_717f101f_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_mapchange
    ADD CONSTRAINT library_mapchange_studio_id_3453a0d3_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_mapsquare
    ADD CONSTRAINT library_mapsquare_studio_id_a6eab9f2_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_monthcount
    ADD CONSTRAINT library_monthcount_studio_id_f521a6a9_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_namedplace
    ADD CONSTRAINT library_namedplace_studio_id_b4641437_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_personphoto
    ADD CONSTRAINT library_personphoto_person_same_studio FOREIGN KEY (studio_id, person_id) REFERENCES public.faces_person(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_personphoto
    ADD CONSTRAINT library_personphoto_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.library_libraryphoto(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_personphoto
    ADD CONSTRAINT library_personphoto_studio_id_e60f1733_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_photoplace
    ADD CONSTRAINT library_photoplace_named_same_studio FOREIGN KEY (studio_id, named_id) REFERENCES public.library_namedplace(studio_id, id) ON DELETE SET NULL (named_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_photoplace
    ADD CONSTRAINT library_photoplace_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_photoplace
    ADD CONSTRAINT library_photoplace_studio_id_724d82f5_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_valuecount
    ADD CONSTRAINT library_valuecount_studio_id_4853d74a_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.media_blob
    ADD CONSTRAINT media_blob_studio_id_a19df3ec_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.media_blobevent
    ADD CONSTRAINT media_blobevent_studio_id_c0ddfdbe_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.media_rendition
    ADD CONSTRAINT media_rendition_blob_same_studio FOREIGN KEY (studio_id, blob_id) REFERENCES public.media_blob(studio_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.media_rendition
    ADD CONSTRAINT media_rendition_source_same_studio FOREIGN KEY (studio_id, source_id) REFERENCES public.media_blob(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.media_rendition
    ADD CONSTRAINT media_rendition_studio_id_629a9818_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.portability_exportfile
    ADD CONSTRAINT portability_exportfile_blob_same_studio FOREIGN KEY (studio_id, blob_id) REFERENCES public.media_blob(studio_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.portability_exportfile
    ADD CONSTRAINT portability_exportfile_export_same_studio FOREIGN KEY (studio_id, export_id) REFERENCES public.portability_studioexport(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.portability_exportfile
    ADD CONSTRAINT portability_exportfile_studio_id_9e50e472_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.portability_exportpart
    ADD CONSTRAINT portability_exportpart_export_same_studio FOREIGN KEY (studio_id, export_id) REFERENCES public.portability_studioexport(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.portability_exportpart
    ADD CONSTRAINT portability_exportpart_studio_id_634d65d0_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.portability_studioexport
    ADD CONSTRAINT portability_studioex_studio_id_a84b6711_fk_accounts_ FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.portability_studioexport
    ADD CONSTRAINT portability_studioexport_who_id_f61c2cb0_fk_accounts_user_id FOREIGN KEY (who_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_activity
    ADD CONSTRAINT sharing_activity_link_same_studio FOREIGN KEY (studio_id, link_id) REFERENCES public.sharing_sharelink(studio_id, id) ON DELETE SET NULL (link_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_activity
    ADD CONSTRAINT sharing_activity_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE SET NULL (photo_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_activity
    ADD CONSTRAINT sharing_activity_shown_same_studio FOREIGN KEY (studio_id, shown_id) REFERENCES public.sharing_shown(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_activity
    ADD CONSTRAINT sharing_activity_studio_id_5f25c547_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_activity
    ADD CONSTRAINT sharing_activity_visitor_same_studio FOREIGN KEY (studio_id, visitor_id) REFERENCES public.sharing_visitor(studio_id, id) ON DELETE SET NULL (visitor_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_archive
    ADD CONSTRAINT sharing_archive_link_same_studio FOREIGN KEY (studio_id, link_id) REFERENCES public.sharing_sharelink(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_archive
    ADD CONSTRAINT sharing_archive_studio_id_324ddb47_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_archive
    ADD CONSTRAINT sharing_archive_visitor_same_studio FOREIGN KEY (studio_id, visitor_id) REFERENCES public.sharing_visitor(studio_id, id) ON DELETE SET NULL (visitor_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_clientemail
    ADD CONSTRAINT sharing_clientemail_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_clientemail
    ADD CONSTRAINT sharing_clientemail_email_same_studio FOREIGN KEY (studio_id, email_id) REFERENCES public.accounts_email(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_clientemail
    ADD CONSTRAINT sharing_clientemail_link_same_studio FOREIGN KEY (studio_id, link_id) REFERENCES public.sharing_sharelink(studio_id, id) ON DELETE SET NULL (link_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_clientemail
    ADD CONSTRAINT sharing_clientemail_selection_same_studio FOREIGN KEY (studio_id, selection_id) REFERENCES public.sharing_selection(studio_id, id) ON DELETE SET NULL (selection_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_clientemail
    ADD CONSTRAINT sharing_clientemail_studio_id_e405ed8f_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_clientemail
    ADD CONSTRAINT sharing_clientemail_visitor_same_studio FOREIGN KEY (studio_id, visitor_id) REFERENCES public.sharing_visitor(studio_id, id) ON DELETE SET NULL (visitor_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_comment
    ADD CONSTRAINT sharing_comment_author_id_e0bd4874_fk_accounts_user_id FOREIGN KEY (author_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_comment
    ADD CONSTRAINT sharing_comment_link_same_studio FOREIGN KEY (studio_id, link_id) REFERENCES public.sharing_sharelink(studio_id, id) ON DELETE SET NULL (link_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_comment
    ADD CONSTRAINT sharing_comment_parent_same_studio FOREIGN KEY (studio_id, parent_id) REFERENCES public.sharing_comment(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_comment
    ADD CONSTRAINT sharing_comment_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_comment
    ADD CONSTRAINT sharing_comment_shown_same_studio FOREIGN KEY (studio_id, shown_id) REFERENCES public.sharing_shown(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_comment
    ADD CONSTRAINT sharing_comment_studio_id_636adbfa_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_comment
    ADD CONSTRAINT sharing_comment_visitor_same_studio FOREIGN KEY (studio_id, visitor_id) REFERENCES public.sharing_visitor(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_emailtemplate
    ADD CONSTRAINT sharing_emailtemplate_studio_id_cd7d7389_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_foundphotos
    ADD CONSTRAINT sharing_foundphotos_link_same_studio FOREIGN KEY (studio_id, link_id) REFERENCES public.sharing_sharelink(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_foundphotos
    ADD CONSTRAINT sharing_foundphotos_studio_id_a6bab294_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_hiderequest
    ADD CONSTRAINT sharing_hiderequest_answered_by_id_43c2df60_fk_accounts_user_id FOREIGN KEY (answered_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_hiderequest
    ADD CONSTRAINT sharing_hiderequest_link_same_studio FOREIGN KEY (studio_id, link_id) REFERENCES public.sharing_sharelink(studio_id, id) ON DELETE SET NULL (link_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_hiderequest
    ADD CONSTRAINT sharing_hiderequest_shown_same_studio FOREIGN KEY (studio_id, shown_id) REFERENCES public.sharing_shown(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_hiderequest
    ADD CONSTRAINT sharing_hiderequest_studio_id_5897ba72_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_hiderequest
    ADD CONSTRAINT sharing_hiderequest_visitor_same_studio FOREIGN KEY (studio_id, visitor_id) REFERENCES public.sharing_visitor(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_mark
    ADD CONSTRAINT sharing_mark_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_mark
    ADD CONSTRAINT sharing_mark_shown_same_studio FOREIGN KEY (studio_id, shown_id) REFERENCES public.sharing_shown(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_mark
    ADD CONSTRAINT sharing_mark_studio_id_3b0ff2bc_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_mark
    ADD CONSTRAINT sharing_mark_visitor_same_studio FOREIGN KEY (studio_id, visitor_id) REFERENCES public.sharing_visitor(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_pick
    ADD CONSTRAINT sharing_pick_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_pick
    ADD CONSTRAINT sharing_pick_selection_same_studio FOREIGN KEY (studio_id, selection_id) REFERENCES public.sharing_selection(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_pick
    ADD CONSTRAINT sharing_pick_studio_id_b67f8fc3_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_preset
    ADD CONSTRAINT sharing_preset_studio_id_095cb24d_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_selection
    ADD CONSTRAINT sharing_selection_preset_same_studio FOREIGN KEY (studio_id, preset_id) REFERENCES public.sharing_selectionpreset(studio_id, id) ON DELETE SET NULL (preset_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_selection
    ADD CONSTRAINT sharing_selection_shown_same_studio FOREIGN KEY (studio_id, shown_id) REFERENCES public.sharing_shown(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_selection
    ADD CONSTRAINT sharing_selection_studio_id_8e524410_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_selection
    ADD CONSTRAINT sharing_selection_visitor_same_studio FOREIGN KEY (studio_id, visitor_id) REFERENCES public.sharing_visitor(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_selectionpreset
    ADD CONSTRAINT sharing_selectionpre_studio_id_9a1157e0_fk_accounts_ FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_selectionpreset
    ADD CONSTRAINT sharing_selectionpreset_shown_same_studio FOREIGN KEY (studio_id, shown_id) REFERENCES public.sharing_shown(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_sharelink
    ADD CONSTRAINT sharing_sharelink_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_sharelink
    ADD CONSTRAINT sharing_sharelink_created_by_id_3526628d_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_sharelink
    ADD CONSTRAINT sharing_sharelink_shown_same_studio FOREIGN KEY (studio_id, shown_id) REFERENCES public.sharing_shown(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_sharelink
    ADD CONSTRAINT sharing_sharelink_studio_id_1fa183a5_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_shown
    ADD CONSTRAINT sharing_shown_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_shown
    ADD CONSTRAINT sharing_shown_studio_id_bdefb19b_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_studioclient
    ADD CONSTRAINT sharing_studioclient_studio_id_0539fd04_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_takenphoto
    ADD CONSTRAINT sharing_takenphoto_link_same_studio FOREIGN KEY (studio_id, link_id) REFERENCES public.sharing_sharelink(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_takenphoto
    ADD CONSTRAINT sharing_takenphoto_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_takenphoto
    ADD CONSTRAINT sharing_takenphoto_studio_id_2367b3be_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_visitor
    ADD CONSTRAINT sharing_visitor_link_same_studio FOREIGN KEY (studio_id, link_id) REFERENCES public.sharing_sharelink(studio_id, id) ON DELETE SET NULL (link_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_visitor
    ADD CONSTRAINT sharing_visitor_shown_same_studio FOREIGN KEY (studio_id, shown_id) REFERENCES public.sharing_shown(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_visitor
    ADD CONSTRAINT sharing_visitor_studio_id_11125fcc_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_watermark
    ADD CONSTRAINT sharing_watermark_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_watermark
    ADD CONSTRAINT sharing_watermark_studio_id_c3a63071_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.smart_collections_collection
    ADD CONSTRAINT smart_collections_co_studio_id_b1a04785_fk_accounts_ FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.smart_collections_smartcollection
    ADD CONSTRAINT smart_collections_sm_studio_id_6fcfc323_fk_accounts_ FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_aiprompt
    ADD CONSTRAINT tagging_aiprompt_studio_id_07cd8ce3_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_aiprovider
    ADD CONSTRAINT tagging_aiprovider_studio_id_b486ce7c_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_aisettings
    ADD CONSTRAINT tagging_aisettings_consent_by_id_cb2dc96c_fk_accounts_user_id FOREIGN KEY (consent_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_aisettings
    ADD CONSTRAINT tagging_aisettings_studio_id_fb818d09_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_aiusage
    ADD CONSTRAINT tagging_aiusage_studio_id_966f97b9_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_meaningserver
    ADD CONSTRAINT tagging_meaningserve_consent_by_id_5963cd38_fk_accounts_ FOREIGN KEY (consent_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_meaningserver
    ADD CONSTRAINT tagging_meaningserver_studio_id_3899811b_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_meaningwait
    ADD CONSTRAINT tagging_meaningwait_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_meaningwait
    ADD CONSTRAINT tagging_meaningwait_studio_id_ce08ca6c_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_photomeaning
    ADD CONSTRAINT tagging_photomeaning_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_photomeaning
    ADD CONSTRAINT tagging_photomeaning_studio_id_242039f2_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_prompttrial
    ADD CONSTRAINT tagging_prompttrial_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_prompttrial
    ADD CONSTRAINT tagging_prompttrial_studio_id_7316bc0e_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_suggestion
    ADD CONSTRAINT tagging_suggestion_decided_by_id_5784dbdc_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_suggestion
    ADD CONSTRAINT tagging_suggestion_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tagging_suggestion
    ADD CONSTRAINT tagging_suggestion_studio_id_1d31f669_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_importentry
    ADD CONSTRAINT uploads_importentry_run_same_studio FOREIGN KEY (studio_id, run_id) REFERENCES public.uploads_importrun(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_importentry
    ADD CONSTRAINT uploads_importentry_studio_id_9f85bc48_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_importrun
    ADD CONSTRAINT uploads_importrun_studio_id_fd094fe0_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_importrun
    ADD CONSTRAINT uploads_importrun_who_id_995b4a83_fk_accounts_user_id FOREIGN KEY (who_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_inbox
    ADD CONSTRAINT uploads_inbox_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE SET NULL (album_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_inbox
    ADD CONSTRAINT uploads_inbox_studio_id_fa8b5b7e_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_inboxfile
    ADD CONSTRAINT uploads_inboxfile_studio_id_771c8b28_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_inboxfolder
    ADD CONSTRAINT uploads_inboxfolder_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_inboxfolder
    ADD CONSTRAINT uploads_inboxfolder_studio_id_3e664b3c_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_receivedfile
    ADD CONSTRAINT uploads_receivedfile_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_receivedfile
    ADD CONSTRAINT uploads_receivedfile_link_same_studio FOREIGN KEY (studio_id, link_id) REFERENCES public.sharing_sharelink(studio_id, id) ON DELETE SET NULL (link_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_receivedfile
    ADD CONSTRAINT uploads_receivedfile_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE SET NULL (photo_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_receivedfile
    ADD CONSTRAINT uploads_receivedfile_studio_id_fd520303_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_receivedfile
    ADD CONSTRAINT uploads_receivedfile_user_id_6094f456_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_receivedfile
    ADD CONSTRAINT uploads_receivedfile_visitor_same_studio FOREIGN KEY (studio_id, visitor_id) REFERENCES public.sharing_visitor(studio_id, id) ON DELETE SET NULL (visitor_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_sidecar
    ADD CONSTRAINT uploads_sidecar_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_sidecar
    ADD CONSTRAINT uploads_sidecar_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_sidecar
    ADD CONSTRAINT uploads_sidecar_studio_id_718c57c1_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_sidecar
    ADD CONSTRAINT uploads_sidecar_user_id_450ccb0a_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_upload
    ADD CONSTRAINT uploads_upload_album_same_studio FOREIGN KEY (studio_id, album_id) REFERENCES public.albums_album(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_upload
    ADD CONSTRAINT uploads_upload_link_same_studio FOREIGN KEY (studio_id, link_id) REFERENCES public.sharing_sharelink(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_upload
    ADD CONSTRAINT uploads_upload_photo_same_studio FOREIGN KEY (studio_id, photo_id) REFERENCES public.albums_photo(studio_id, id) ON DELETE SET NULL (photo_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_upload
    ADD CONSTRAINT uploads_upload_studio_id_96207565_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_upload
    ADD CONSTRAINT uploads_upload_user_id_4b5cafec_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.uploads_upload
    ADD CONSTRAINT uploads_upload_visitor_same_studio FOREIGN KEY (studio_id, visitor_id) REFERENCES public.sharing_visitor(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.webhooks_webhook
    ADD CONSTRAINT webhooks_webhook_studio_id_bcba64e2_fk_accounts_studio_id FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.webhooks_webhookdelivery
    ADD CONSTRAINT webhooks_webhookdeli_studio_id_2a180dfb_fk_accounts_ FOREIGN KEY (studio_id) REFERENCES public.accounts_studio(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.webhooks_webhookdelivery
    ADD CONSTRAINT webhooks_webhookdelivery_webhook_same_studio FOREIGN KEY (studio_id, webhook_id) REFERENCES public.webhooks_webhook(studio_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE public.accounts_apikey ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_brand ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_domain ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_email ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_idempotentreply ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_invitation ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_journalentry ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_journalsubject ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_membership ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_membershipalbum ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_operatorvisit ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_processingagreement ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_refreshtoken ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_studio ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_task ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_taskslice ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.albums_album ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.albums_albumchange ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.albums_albumversion ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.albums_photo ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.albums_placement ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.albums_section ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.albums_stack ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.albums_version ENABLE ROW LEVEL SECURITY;

CREATE POLICY all_studios ON public.accounts_apikey TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_brand TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_domain TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_email TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_idempotentreply TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_invitation TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_journalentry TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_journalsubject TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_membership TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_membershipalbum TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_operatorvisit TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_processingagreement TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_refreshtoken TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_studio TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_task TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.accounts_taskslice TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.albums_album TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.albums_albumchange TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.albums_albumversion TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.albums_photo TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.albums_placement TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.albums_section TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.albums_stack TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.albums_version TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.backups_backupcopy TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.backups_backuprun TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.faces_appearance TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.faces_crop TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.faces_face TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.faces_facesettings TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.faces_galleryfaces TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.faces_nevertwo TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.faces_notthem TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.faces_person TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.faces_personcount TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.faces_relationship TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.faces_scan TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.jobs_job TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.jobs_lane TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_different TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_duplicategroup TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_duplicatephoto TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_event TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_eventalbum TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_holidayset TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_keyword TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_knownword TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_libraryphoto TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_mapchange TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_mapsquare TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_monthcount TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_namedplace TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_personphoto TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_photoplace TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.library_valuecount TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.media_blob TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.media_blobevent TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.media_rendition TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.monitoring_heartbeat TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.monitoring_serviceperiod TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.monitoring_servicestate TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.portability_exportfile TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.portability_exportpart TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.portability_studioexport TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_activity TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_archive TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_clientemail TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_comment TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_emailtemplate TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_foundphotos TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_hiderequest TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_mark TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_pick TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_preset TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_selection TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_selectionpreset TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_sharelink TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_shown TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_studioclient TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_takenphoto TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_visitor TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.sharing_watermark TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.smart_collections_collection TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.smart_collections_smartcollection TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.tagging_aiprompt TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.tagging_aiprovider TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.tagging_aisettings TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.tagging_aiusage TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.tagging_meaningserver TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.tagging_meaningwait TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.tagging_photomeaning TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.tagging_prompttrial TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.tagging_suggestion TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.uploads_importentry TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.uploads_importrun TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.uploads_inbox TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.uploads_inboxfile TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.uploads_inboxfolder TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.uploads_receivedfile TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.uploads_sidecar TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.uploads_upload TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.webhooks_webhook TO glassine_system USING (true) WITH CHECK (true);

CREATE POLICY all_studios ON public.webhooks_webhookdelivery TO glassine_system USING (true) WITH CHECK (true);

ALTER TABLE public.backups_backupcopy ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.backups_backuprun ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.faces_appearance ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.faces_crop ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.faces_face ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.faces_facesettings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.faces_galleryfaces ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.faces_nevertwo ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.faces_notthem ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.faces_person ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.faces_personcount ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.faces_relationship ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.faces_scan ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.jobs_job ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.jobs_lane ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_different ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_duplicategroup ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_duplicatephoto ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_event ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_eventalbum ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_holidayset ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_keyword ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_knownword ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_libraryphoto ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_mapchange ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_mapsquare ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_monthcount ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_namedplace ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_personphoto ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_photoplace ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.library_valuecount ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.media_blob ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.media_blobevent ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.media_rendition ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.monitoring_heartbeat ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.monitoring_serviceperiod ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.monitoring_servicestate ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_studio ON public.accounts_apikey TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_brand TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_domain TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_email TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_idempotentreply TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_invitation TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_journalentry TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_journalsubject TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_membership TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_membershipalbum TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_operatorvisit TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_processingagreement TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_refreshtoken TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_studio TO glassine_app, glassine_owner USING ((id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_task TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.accounts_taskslice TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.albums_album TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.albums_albumchange TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.albums_albumversion TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.albums_photo TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.albums_placement TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.albums_section TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.albums_stack TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.albums_version TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.backups_backupcopy TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.faces_appearance TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.faces_crop TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.faces_face TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.faces_facesettings TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.faces_galleryfaces TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.faces_nevertwo TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.faces_notthem TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.faces_person TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.faces_personcount TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.faces_relationship TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.faces_scan TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.jobs_job TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.jobs_lane TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_different TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_duplicategroup TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_duplicatephoto TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_event TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_eventalbum TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_holidayset TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_keyword TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_knownword TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_libraryphoto TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_mapchange TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_mapsquare TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_monthcount TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_namedplace TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_personphoto TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_photoplace TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.library_valuecount TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.media_blob TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.media_blobevent TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.media_rendition TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.portability_exportfile TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.portability_exportpart TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.portability_studioexport TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_activity TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_archive TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_clientemail TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_comment TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_emailtemplate TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_foundphotos TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_hiderequest TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_mark TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_pick TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_preset TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_selection TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_selectionpreset TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_sharelink TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_shown TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_studioclient TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_takenphoto TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_visitor TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.sharing_watermark TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.smart_collections_collection TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.smart_collections_smartcollection TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.tagging_aiprompt TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.tagging_aiprovider TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.tagging_aisettings TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.tagging_aiusage TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.tagging_meaningserver TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.tagging_meaningwait TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.tagging_photomeaning TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.tagging_prompttrial TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.tagging_suggestion TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.uploads_importentry TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.uploads_importrun TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.uploads_inbox TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.uploads_inboxfile TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.uploads_inboxfolder TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.uploads_receivedfile TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.uploads_sidecar TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.uploads_upload TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.webhooks_webhook TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY own_studio ON public.webhooks_webhookdelivery TO glassine_app, glassine_owner USING ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((studio_id = ( SELECT (NULLIF(current_setting('app.studio'::text, true), ''::text))::uuid AS "nullif")));

ALTER TABLE public.portability_exportfile ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.portability_exportpart ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.portability_studioexport ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_activity ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_archive ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_clientemail ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_comment ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_emailtemplate ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_foundphotos ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_hiderequest ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_mark ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_pick ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_preset ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_selection ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_selectionpreset ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_sharelink ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_shown ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_studioclient ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_takenphoto ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_visitor ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sharing_watermark ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.smart_collections_collection ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.smart_collections_smartcollection ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_aiprompt ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_aiprovider ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_aisettings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_aiusage ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_meaningserver ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_meaningwait ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_photomeaning ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_prompttrial ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.tagging_suggestion ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_importentry ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_importrun ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_inbox ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_inboxfile ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_inboxfolder ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_receivedfile ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_sidecar ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.uploads_upload ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhooks_webhook ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhooks_webhookdelivery ENABLE ROW LEVEL SECURITY;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_apikey TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_apikey TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_brand TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_brand TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_browsersession TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_browsersession TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_domain TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_domain TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_email TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_email TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_idempotentreply TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_idempotentreply TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_invitation TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_invitation TO glassine_system;

GRANT SELECT,INSERT ON TABLE public.accounts_journalentry TO glassine_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.accounts_journalentry TO glassine_system;

GRANT UPDATE(detail) ON TABLE public.accounts_journalentry TO glassine_system;

GRANT UPDATE(changes) ON TABLE public.accounts_journalentry TO glassine_system;

GRANT UPDATE(forgotten_at) ON TABLE public.accounts_journalentry TO glassine_system;

GRANT SELECT,INSERT ON TABLE public.accounts_journalsubject TO glassine_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.accounts_journalsubject TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_membership TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_membership TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_membershipalbum TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_membershipalbum TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_operatorvisit TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_operatorvisit TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_passkey TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_passkey TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_processingagreement TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_processingagreement TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_refreshtoken TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_refreshtoken TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_studio TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_studio TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_task TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_task TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_taskslice TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_taskslice TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_user TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts_user TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_album TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_album TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_albumchange TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_albumchange TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_albumversion TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_albumversion TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_photo TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_photo TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_placement TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_placement TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_section TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_section TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_stack TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_stack TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_version TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.albums_version TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_group TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_group TO glassine_system;

GRANT USAGE ON SEQUENCE public.auth_group_id_seq TO glassine_app;
GRANT USAGE ON SEQUENCE public.auth_group_id_seq TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_group_permissions TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_group_permissions TO glassine_system;

GRANT USAGE ON SEQUENCE public.auth_group_permissions_id_seq TO glassine_app;
GRANT USAGE ON SEQUENCE public.auth_group_permissions_id_seq TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_permission TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_permission TO glassine_system;

GRANT USAGE ON SEQUENCE public.auth_permission_id_seq TO glassine_app;
GRANT USAGE ON SEQUENCE public.auth_permission_id_seq TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.backups_backupcopy TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.backups_backupcopy TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.backups_backuprun TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.backups_backuprun TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_content_type TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_content_type TO glassine_system;

GRANT USAGE ON SEQUENCE public.django_content_type_id_seq TO glassine_app;
GRANT USAGE ON SEQUENCE public.django_content_type_id_seq TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_migrations TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_migrations TO glassine_system;

GRANT USAGE ON SEQUENCE public.django_migrations_id_seq TO glassine_app;
GRANT USAGE ON SEQUENCE public.django_migrations_id_seq TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_appearance TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_appearance TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_crop TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_crop TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_face TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_face TO glassine_system;

GRANT USAGE ON SEQUENCE public.faces_face_measured TO glassine_app;
GRANT USAGE ON SEQUENCE public.faces_face_measured TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_facesettings TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_facesettings TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_galleryfaces TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_galleryfaces TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_nevertwo TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_nevertwo TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_notthem TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_notthem TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_person TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_person TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_personcount TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_personcount TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_relationship TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_relationship TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_scan TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.faces_scan TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.jobs_job TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.jobs_job TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.jobs_lane TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.jobs_lane TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_different TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_different TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_duplicategroup TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_duplicategroup TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_duplicatephoto TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_duplicatephoto TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_event TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_event TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_eventalbum TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_eventalbum TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_geoname TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_geoname TO glassine_system;

GRANT USAGE ON SEQUENCE public.library_geoname_id_seq TO glassine_app;
GRANT USAGE ON SEQUENCE public.library_geoname_id_seq TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_holidayset TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_holidayset TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_keyword TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_keyword TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_knownword TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_knownword TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_libraryphoto TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_libraryphoto TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_mapchange TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_mapchange TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_mapsquare TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_mapsquare TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_monthcount TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_monthcount TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_namedplace TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_namedplace TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_personphoto TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_personphoto TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_photoplace TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_photoplace TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_source TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_source TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_valuecount TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.library_valuecount TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.media_blob TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.media_blob TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.media_blobevent TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.media_blobevent TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.media_rendition TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.media_rendition TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.monitoring_heartbeat TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.monitoring_heartbeat TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.monitoring_serviceperiod TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.monitoring_serviceperiod TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.monitoring_servicestate TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.monitoring_servicestate TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.portability_exportfile TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.portability_exportfile TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.portability_exportpart TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.portability_exportpart TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.portability_studioexport TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.portability_studioexport TO glassine_system;

GRANT SELECT,INSERT ON TABLE public.sharing_activity TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_activity TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_archive TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_archive TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_clientemail TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_clientemail TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_comment TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_comment TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_emailtemplate TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_emailtemplate TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_foundphotos TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_foundphotos TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_hiderequest TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_hiderequest TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_mark TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_mark TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_pick TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_pick TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_preset TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_preset TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_selection TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_selection TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_selectionpreset TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_selectionpreset TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_sharelink TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_sharelink TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_shown TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_shown TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_studioclient TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_studioclient TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_takenphoto TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_takenphoto TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_visitor TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_visitor TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_watermark TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharing_watermark TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.smart_collections_collection TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.smart_collections_collection TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.smart_collections_smartcollection TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.smart_collections_smartcollection TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.smart_collections_photo TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.smart_collections_photo TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_aiprompt TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_aiprompt TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_aiprovider TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_aiprovider TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_aisettings TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_aisettings TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_aiusage TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_aiusage TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_meaningserver TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_meaningserver TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_meaningwait TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_meaningwait TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_photomeaning TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_photomeaning TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_prompttrial TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_prompttrial TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_suggestion TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tagging_suggestion TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_importentry TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_importentry TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_importrun TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_importrun TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_inbox TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_inbox TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_inboxfile TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_inboxfile TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_inboxfolder TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_inboxfolder TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_receivedfile TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_receivedfile TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_sidecar TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_sidecar TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_upload TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uploads_upload TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhooks_webhook TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhooks_webhook TO glassine_system;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhooks_webhookdelivery TO glassine_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhooks_webhookdelivery TO glassine_system;

ALTER DEFAULT PRIVILEGES FOR ROLE glassine_owner GRANT USAGE ON SEQUENCES TO glassine_app;
ALTER DEFAULT PRIVILEGES FOR ROLE glassine_owner GRANT USAGE ON SEQUENCES TO glassine_system;

ALTER DEFAULT PRIVILEGES FOR ROLE glassine_owner GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES TO glassine_app;
ALTER DEFAULT PRIVILEGES FOR ROLE glassine_owner GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES TO glassine_system;
