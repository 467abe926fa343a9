BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'fmar-ledger','m001_register','2026-11-25 09:46:18.327788+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'fmar-ledger','m002_governance','2026-11-25 09:46:18.328661+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'fmar-ledger','m003_audit','2026-11-25 09:46:18.328868+00:00');
CREATE TABLE access_entry (access_id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL, purpose TEXT NOT NULL, what TEXT NOT NULL) STRICT;
CREATE TABLE agreement_version (
    agreement_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    fsp TEXT NOT NULL, mpan TEXT NOT NULL, amsid TEXT, market TEXT NOT NULL, stack_rank INTEGER NOT NULL CHECK (stack_rank >= 1), exclusive INTEGER NOT NULL CHECK (exclusive IN (0, 1)), valid_from TEXT NOT NULL, valid_to TEXT CHECK (valid_to IS NULL OR valid_to > valid_from), primacy_type TEXT NOT NULL,
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    load_id TEXT,
    PRIMARY KEY (agreement_id, version)
) STRICT;
CREATE TABLE asset_meter_version (
    asset_meter_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    import_amsid TEXT NOT NULL, export_amsid TEXT, import_mpan TEXT, export_mpan TEXT, asset_id TEXT, stub INTEGER NOT NULL CHECK (stub IN (0, 1)),
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    load_id TEXT,
    PRIMARY KEY (asset_meter_id, version)
) STRICT;
CREATE TABLE asset_version (
    asset_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    name TEXT NOT NULL, asset_class TEXT NOT NULL, organisation_id TEXT, mpan TEXT, rated_import_kw REAL, rated_export_kw REAL, commissioned_on TEXT, stub INTEGER NOT NULL CHECK (stub IN (0, 1)),
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    load_id TEXT,
    PRIMARY KEY (asset_id, version)
) STRICT;
CREATE TABLE audit_entry (seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, action TEXT NOT NULL, entity TEXT NOT NULL, entity_id TEXT NOT NULL, version INTEGER, change TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
INSERT INTO "audit_entry" VALUES(1,'2026-11-25T09:46:18.334865Z','fmar-workbench','settings that come with the program','install','setting','tier_high_lower',1,'{"meaning":[null,"lower bound of a probability above which its tier is high"],"value":[null,"0.9"]}','','83d6517f55b0f0b7e481696d3a4ade71f10948726f65afee062565ca66963e2f');
INSERT INTO "audit_entry" VALUES(2,'2026-11-25T09:46:18.334865Z','fmar-workbench','settings that come with the program','install','setting','tier_medium_probability',1,'{"meaning":[null,"probability from which a tier is medium"],"value":[null,"0.7"]}','83d6517f55b0f0b7e481696d3a4ade71f10948726f65afee062565ca66963e2f','02bd6fe49de2785ff0695b6db2bfc6fa3f39d75c1a0fbc47ea41a27dd51eac25');
INSERT INTO "audit_entry" VALUES(3,'2026-11-25T09:46:18.334865Z','fmar-workbench','settings that come with the program','install','setting','material_divergence_share',1,'{"meaning":[null,"share by which a figure must move to matter"],"value":[null,"0.2"]}','02bd6fe49de2785ff0695b6db2bfc6fa3f39d75c1a0fbc47ea41a27dd51eac25','131e3436aeae15e55517b23af1c6903f361299787a9a0c41e1da8378d38b2072');
INSERT INTO "audit_entry" VALUES(4,'2026-11-25T09:46:18.334865Z','fmar-workbench','settings that come with the program','install','setting','material_probability_change',1,'{"meaning":[null,"step of a probability that matters"],"value":[null,"0.1"]}','131e3436aeae15e55517b23af1c6903f361299787a9a0c41e1da8378d38b2072','dd3bf314c797b7213598006953d951b9156fe1bbd978bc8ea1b3cafab41745db');
INSERT INTO "audit_entry" VALUES(5,'2026-11-25T09:46:18.334865Z','fmar-workbench','settings that come with the program','install','setting','suppression_k',1,'{"meaning":[null,"fewest meter points a published cell may hold"],"value":[null,"5"]}','dd3bf314c797b7213598006953d951b9156fe1bbd978bc8ea1b3cafab41745db','df383319cb8087dfd18eff4026cc4666955b9ec76f03a08df5672d7ea20e1bff');
INSERT INTO "audit_entry" VALUES(6,'2026-11-25T09:46:18.334865Z','fmar-workbench','settings that come with the program','install','setting','dominance_share',1,'{"meaning":[null,"largest share one non-domestic member may have of a cell"],"value":[null,"0.5"]}','df383319cb8087dfd18eff4026cc4666955b9ec76f03a08df5672d7ea20e1bff','19febf093f881e6cf035beab4deb92c24a15f66b18b1aeca893397b28af6d985');
INSERT INTO "audit_entry" VALUES(7,'2026-11-25T09:46:18.334865Z','fmar-workbench','settings that come with the program','install','setting','answer_days',1,'{"meaning":[null,"working days an FSP has to confirm or correct"],"value":[null,"10"]}','19febf093f881e6cf035beab4deb92c24a15f66b18b1aeca893397b28af6d985','7bf2285b8186eb6709b26bead6077ac8651031b317ac1665661ee9b3ec850265');
INSERT INTO "audit_entry" VALUES(8,'2026-11-25T09:46:18.334865Z','fmar-workbench','settings that come with the program','install','setting','switch_notice_days',1,'{"meaning":[null,"working days of notice to the losing FSP"],"value":[null,"5"]}','7bf2285b8186eb6709b26bead6077ac8651031b317ac1665661ee9b3ec850265','76dce2e970351e215c7fe899908a47b14b0faf830fae36e3d2b95948c5e3e950');
INSERT INTO "audit_entry" VALUES(9,'2026-11-25T09:46:18.334865Z','fmar-workbench','settings that come with the program','install','setting','delivery_false_alarm',1,'{"meaning":[null,"chance of an unsupported verdict on an honest delivery"],"value":[null,"0.01"]}','76dce2e970351e215c7fe899908a47b14b0faf830fae36e3d2b95948c5e3e950','266ccee6777ffe62422f6318d772994c8c010185a3fc122d56200b9b2581976e');
INSERT INTO "audit_entry" VALUES(10,'2026-11-25T09:46:18.334865Z','fmar-workbench','settings that come with the program','install','setting','extra_markets',1,'{"meaning":[null,"market codes beside the five of the code list"],"value":[null,"[]"]}','266ccee6777ffe62422f6318d772994c8c010185a3fc122d56200b9b2581976e','a8d536edbeafbe39f1ed9414ef300d32bf22b4532683a8161dc6acb1d680c98b');
INSERT INTO "audit_entry" VALUES(11,'2026-11-25T09:46:18.334865Z','fmar-workbench','settings that come with the program','install','setting','bl01_like',1,'{"meaning":[null,"BL01-like baseline: the primary text could not be read, so every count is a setting"],"value":[null,"{\"adjust\":\"additive\",\"adjust_periods\":6,\"min_nonworking\":2,\"min_working\":5,\"n_nonworking\":4,\"n_working\":10,\"selection\":\"recent\",\"window_days\":60}"]}','a8d536edbeafbe39f1ed9414ef300d32bf22b4532683a8161dc6acb1d680c98b','3ce71fcb49c5416c9e8193443b188bd4a336d901b330d5178824700c62cbb4f6');
INSERT INTO "audit_entry" VALUES(12,'2026-11-25T09:46:18.363105Z','Ada','made by the first version','create','workspace','oldw',1,'{"legal_basis":"public_task"}','3ce71fcb49c5416c9e8193443b188bd4a336d901b330d5178824700c62cbb4f6','beccfc7110f6404f38e2ec9514b351a474be6bbb61c6cb8e8af34b665be7cc00');
INSERT INTO "audit_entry" VALUES(13,'2026-11-25T09:46:27.284687Z','Ada','first','ingest','source','32cd89c5c8c48252b2be7880',NULL,'{"detail":{"by_quantity":{"AI":{"accepted":48,"quarantined":0}},"detections":[{"evidence":"time columns run 00:00 .. 23:30","sheet":"","value":"start","what":"side"},{"evidence":"nothing says export or reactive: active import","sheet":"","value":"AI","what":"quantity"},{"evidence":"named beside the readings","sheet":"","value":"kWh","what":"unit"},{"evidence":"UTC and British local time agree on every day of the file","sheet":"","value":"either","what":"clock"}],"findings":{},"first_ts_utc":"2025-01-15T00:00:00+00:00","last_ts_utc":"2025-01-15T23:30:00+00:00","layout":"wide","meter_points":["1200023305967"],"received_at":"2026-11-25T09:46:26.448650+00:00","rows_read":1},"file":"a.csv","layout":"auto/boundary","mapping_sha256":null,"sha256":"8f50400e76b83c9a6e592254df6ef7d6636f9da4db209b51844ff6ecd7eb9399"}','beccfc7110f6404f38e2ec9514b351a474be6bbb61c6cb8e8af34b665be7cc00','544868d81b31277244a3c4a2d449445852c0403b8e918a36a47f6843725fd375');
INSERT INTO "audit_entry" VALUES(14,'2026-11-25T09:46:27.284687Z','Ada','first','commit','commit','1',NULL,'{"detail":{"files":1,"half_hours":48},"kind":"ingest","versions":{"reads":0}}','544868d81b31277244a3c4a2d449445852c0403b8e918a36a47f6843725fd375','90a5533a7ef4abc28420d30556377cc292727a7ab2afe5553d6f83e68ac6a40b');
INSERT INTO "audit_entry" VALUES(15,'2026-11-25T09:46:34.585708Z','Ada','first','add','pairing','a9a10c88-e150-42e8-aab4-ae06cf9cc629',1,'{"export_mpan":[null,"1090006810343"],"import_mpan":[null,"1200023305967"],"valid_from":[null,"2025-01-01"]}','90a5533a7ef4abc28420d30556377cc292727a7ab2afe5553d6f83e68ac6a40b','37fbd8621f5dc32322b7322fa81d1663d6c5b7f7a7b241db25f03df89ffe9e64');
INSERT INTO "audit_entry" VALUES(16,'2026-11-25T09:46:34.585708Z','Ada','first','load','bulk_load','1a14118a-9bb0-48b3-b959-236e887a4904',1,'{"accepted":[null,1],"entity":[null,"pairings"],"reason":[null,"first"],"rows_read":[null,1],"rows_sha256":[null,"05a3317b91c982bc2dcb216c8a5cd9b4240c81bb55cba1e9b441087ce317f5d0"],"state":[null,"loaded"]}','37fbd8621f5dc32322b7322fa81d1663d6c5b7f7a7b241db25f03df89ffe9e64','07a60a734c0427aaad753014abdf3324600bcb132719c48a8e6925c3160af3fc');
CREATE TABLE bulk_load_version (
    bulk_load_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    entity TEXT NOT NULL, rows_read INTEGER NOT NULL, accepted INTEGER NOT NULL, rows_sha256 TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    load_id TEXT,
    PRIMARY KEY (bulk_load_id, version)
) STRICT;
INSERT INTO "bulk_load_version" VALUES('1a14118a-9bb0-48b3-b959-236e887a4904',1,'pairings',1,1,'05a3317b91c982bc2dcb216c8a5cd9b4240c81bb55cba1e9b441087ce317f5d0','loaded','first',0,'2026-11-25T09:46:34.585708Z','Ada','1a14118a-9bb0-48b3-b959-236e887a4904');
CREATE TABLE connection_version (
    connection_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    mpan TEXT NOT NULL, weather_station TEXT, latitude REAL, longitude REAL, time_zone TEXT, premises TEXT, gsp_group TEXT, gsp TEXT, "primary" TEXT, feeder TEXT, zone TEXT, import_limit_kw REAL, export_limit_kw REAL, has_export_register INTEGER CHECK (has_export_register IN (0, 1)),
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    load_id TEXT,
    PRIMARY KEY (connection_id, version)
) STRICT;
CREATE TABLE declared_version (
    event_id TEXT NOT NULL, mpan TEXT NOT NULL, amsid TEXT NOT NULL, fsp_id TEXT NOT NULL,
    ts_utc TEXT NOT NULL, version INTEGER NOT NULL CHECK (version >= 1),
    declared_kwh REAL NOT NULL, audit_seq INTEGER NOT NULL,
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    load_id TEXT,
    PRIMARY KEY (event_id, mpan, amsid, fsp_id, ts_utc, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE dispute_bundle (summary_sha256 TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE dispute_version (
    dispute_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    flag_id TEXT, event_id TEXT, mpan TEXT NOT NULL, parties TEXT NOT NULL, field TEXT NOT NULL, claim TEXT NOT NULL, bundle_sha256 TEXT NOT NULL, summary_sha256 TEXT NOT NULL, state TEXT NOT NULL, ruling TEXT, comment TEXT, opened_at TEXT NOT NULL, opened_by TEXT NOT NULL, decided_at TEXT, decided_by TEXT,
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    load_id TEXT,
    PRIMARY KEY (dispute_id, version)
) STRICT;
CREATE TABLE event_version (
    event_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    fsp_id TEXT NOT NULL, mpan TEXT NOT NULL, amsid TEXT, market TEXT, start_utc TEXT NOT NULL, end_utc TEXT NOT NULL, requested_kw REAL,
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    load_id TEXT,
    PRIMARY KEY (event_id, version)
) STRICT;
CREATE TABLE flag_version (
    flag_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    key TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, mpan TEXT NOT NULL, asset_class TEXT, amsid TEXT, fsp_id TEXT, event_id TEXT, title TEXT NOT NULL, because TEXT NOT NULL, evidence TEXT NOT NULL, kw_at_stake REAL NOT NULL, doubt REAL NOT NULL, first_raised_at TEXT NOT NULL, first_raised_run TEXT NOT NULL, updated_run TEXT NOT NULL, change TEXT NOT NULL, previous_tier TEXT, outcome TEXT, reason_code TEXT, note TEXT, correction TEXT, decided_at TEXT, decided_by TEXT, decided_version INTEGER, snoozed_until TEXT, proposes_reopening TEXT,
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    load_id TEXT,
    PRIMARY KEY (flag_id, version)
) STRICT;
CREATE TABLE ledger_commit (commit_id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, versions TEXT NOT NULL, detail TEXT NOT NULL, recorded_at TEXT NOT NULL, recorded_by TEXT NOT NULL) STRICT;
INSERT INTO "ledger_commit" VALUES(1,'ingest','{"reads":0}','{"files":1,"half_hours":48}','2026-11-25T09:46:27.284687Z','Ada');
CREATE TABLE organisation_version (
    organisation_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    name TEXT NOT NULL, mpid TEXT, mpid_role TEXT, roles TEXT NOT NULL, email TEXT, status TEXT NOT NULL, stub INTEGER NOT NULL CHECK (stub IN (0, 1)),
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    load_id TEXT,
    PRIMARY KEY (organisation_id, version)
) STRICT;
CREATE TABLE pairing_version (
    pairing_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    import_mpan TEXT NOT NULL, export_mpan TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT CHECK (valid_to IS NULL OR valid_to > valid_from),
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    load_id TEXT,
    PRIMARY KEY (pairing_id, version)
) STRICT;
INSERT INTO "pairing_version" VALUES('a9a10c88-e150-42e8-aab4-ae06cf9cc629',1,'1200023305967','1090006810343','2025-01-01',NULL,0,'2026-11-25T09:46:34.585708Z','Ada','1a14118a-9bb0-48b3-b959-236e887a4904');
CREATE TABLE setting_version (
    setting_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    value TEXT NOT NULL, meaning TEXT NOT NULL,
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    load_id TEXT,
    PRIMARY KEY (setting_id, version)
) STRICT;
INSERT INTO "setting_version" VALUES('tier_high_lower',1,'0.9','lower bound of a probability above which its tier is high',0,'2026-11-25T09:46:18.334865Z','fmar-workbench',NULL);
INSERT INTO "setting_version" VALUES('tier_medium_probability',1,'0.7','probability from which a tier is medium',0,'2026-11-25T09:46:18.334865Z','fmar-workbench',NULL);
INSERT INTO "setting_version" VALUES('material_divergence_share',1,'0.2','share by which a figure must move to matter',0,'2026-11-25T09:46:18.334865Z','fmar-workbench',NULL);
INSERT INTO "setting_version" VALUES('material_probability_change',1,'0.1','step of a probability that matters',0,'2026-11-25T09:46:18.334865Z','fmar-workbench',NULL);
INSERT INTO "setting_version" VALUES('suppression_k',1,'5','fewest meter points a published cell may hold',0,'2026-11-25T09:46:18.334865Z','fmar-workbench',NULL);
INSERT INTO "setting_version" VALUES('dominance_share',1,'0.5','largest share one non-domestic member may have of a cell',0,'2026-11-25T09:46:18.334865Z','fmar-workbench',NULL);
INSERT INTO "setting_version" VALUES('answer_days',1,'10','working days an FSP has to confirm or correct',0,'2026-11-25T09:46:18.334865Z','fmar-workbench',NULL);
INSERT INTO "setting_version" VALUES('switch_notice_days',1,'5','working days of notice to the losing FSP',0,'2026-11-25T09:46:18.334865Z','fmar-workbench',NULL);
INSERT INTO "setting_version" VALUES('delivery_false_alarm',1,'0.01','chance of an unsupported verdict on an honest delivery',0,'2026-11-25T09:46:18.334865Z','fmar-workbench',NULL);
INSERT INTO "setting_version" VALUES('extra_markets',1,'[]','market codes beside the five of the code list',0,'2026-11-25T09:46:18.334865Z','fmar-workbench',NULL);
INSERT INTO "setting_version" VALUES('bl01_like',1,'{"adjust":"additive","adjust_periods":6,"min_nonworking":2,"min_working":5,"n_nonworking":4,"n_working":10,"selection":"recent","window_days":60}','BL01-like baseline: the primary text could not be read, so every count is a setting',0,'2026-11-25T09:46:18.334865Z','fmar-workbench',NULL);
CREATE TABLE signal_version (
    signal_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    kind TEXT NOT NULL, area TEXT, mpan TEXT, start_utc TEXT NOT NULL, end_utc TEXT NOT NULL,
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    load_id TEXT,
    PRIMARY KEY (signal_id, version)
) STRICT;
CREATE TABLE source (source_id TEXT PRIMARY KEY, file TEXT NOT NULL, sha256 TEXT NOT NULL, layout TEXT NOT NULL, mapping_sha256 TEXT NOT NULL, detail TEXT NOT NULL, recorded_at TEXT NOT NULL, recorded_by TEXT NOT NULL) STRICT;
INSERT INTO "source" VALUES('32cd89c5c8c48252b2be7880','a.csv','8f50400e76b83c9a6e592254df6ef7d6636f9da4db209b51844ff6ecd7eb9399','auto/boundary','','{"by_quantity":{"AI":{"accepted":48,"quarantined":0}},"detections":[{"evidence":"time columns run 00:00 .. 23:30","sheet":"","value":"start","what":"side"},{"evidence":"nothing says export or reactive: active import","sheet":"","value":"AI","what":"quantity"},{"evidence":"named beside the readings","sheet":"","value":"kWh","what":"unit"},{"evidence":"UTC and British local time agree on every day of the file","sheet":"","value":"either","what":"clock"}],"findings":{},"first_ts_utc":"2025-01-15T00:00:00+00:00","last_ts_utc":"2025-01-15T23:30:00+00:00","layout":"wide","meter_points":["1200023305967"],"received_at":"2026-11-25T09:46:26.448650+00:00","rows_read":1}','2026-11-25T09:46:27.284687Z','Ada');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE VIEW organisation AS SELECT * FROM organisation_version AS held WHERE retired = 0 AND version =
    (SELECT max(version) FROM organisation_version AS later WHERE later.organisation_id = held.organisation_id);
CREATE INDEX organisation_version_load ON organisation_version (load_id) WHERE load_id IS NOT NULL;
CREATE INDEX organisation_version_mpid ON organisation_version (mpid);
CREATE VIEW asset AS SELECT * FROM asset_version AS held WHERE retired = 0 AND version =
    (SELECT max(version) FROM asset_version AS later WHERE later.asset_id = held.asset_id);
CREATE INDEX asset_version_load ON asset_version (load_id) WHERE load_id IS NOT NULL;
CREATE INDEX asset_version_mpan ON asset_version (mpan);
CREATE INDEX asset_version_organisation_id ON asset_version (organisation_id);
CREATE VIEW asset_meter AS SELECT * FROM asset_meter_version AS held WHERE retired = 0 AND version =
    (SELECT max(version) FROM asset_meter_version AS later WHERE later.asset_meter_id = held.asset_meter_id);
CREATE INDEX asset_meter_version_load ON asset_meter_version (load_id) WHERE load_id IS NOT NULL;
CREATE INDEX asset_meter_version_import_amsid ON asset_meter_version (import_amsid);
CREATE INDEX asset_meter_version_export_amsid ON asset_meter_version (export_amsid);
CREATE INDEX asset_meter_version_import_mpan ON asset_meter_version (import_mpan);
CREATE INDEX asset_meter_version_asset_id ON asset_meter_version (asset_id);
CREATE VIEW pairing AS SELECT * FROM pairing_version AS held WHERE retired = 0 AND version =
    (SELECT max(version) FROM pairing_version AS later WHERE later.pairing_id = held.pairing_id);
CREATE INDEX pairing_version_load ON pairing_version (load_id) WHERE load_id IS NOT NULL;
CREATE INDEX pairing_version_import_mpan ON pairing_version (import_mpan);
CREATE INDEX pairing_version_export_mpan ON pairing_version (export_mpan);
CREATE VIEW agreement AS SELECT * FROM agreement_version AS held WHERE retired = 0 AND version =
    (SELECT max(version) FROM agreement_version AS later WHERE later.agreement_id = held.agreement_id);
CREATE INDEX agreement_version_load ON agreement_version (load_id) WHERE load_id IS NOT NULL;
CREATE INDEX agreement_version_mpan ON agreement_version (mpan);
CREATE INDEX agreement_version_amsid ON agreement_version (amsid);
CREATE INDEX agreement_version_fsp ON agreement_version (fsp);
CREATE VIEW event AS SELECT * FROM event_version AS held WHERE retired = 0 AND version =
    (SELECT max(version) FROM event_version AS later WHERE later.event_id = held.event_id);
CREATE INDEX event_version_load ON event_version (load_id) WHERE load_id IS NOT NULL;
CREATE INDEX event_version_mpan ON event_version (mpan);
CREATE VIEW signal AS SELECT * FROM signal_version AS held WHERE retired = 0 AND version =
    (SELECT max(version) FROM signal_version AS later WHERE later.signal_id = held.signal_id);
CREATE INDEX signal_version_load ON signal_version (load_id) WHERE load_id IS NOT NULL;
CREATE VIEW connection AS SELECT * FROM connection_version AS held WHERE retired = 0 AND version =
    (SELECT max(version) FROM connection_version AS later WHERE later.connection_id = held.connection_id);
CREATE INDEX connection_version_load ON connection_version (load_id) WHERE load_id IS NOT NULL;
CREATE INDEX declared_version_load ON declared_version (load_id) WHERE load_id IS NOT NULL;
CREATE VIEW declared AS SELECT * FROM declared_version AS held
    WHERE retired = 0 AND version = (SELECT max(version) FROM declared_version AS later
        WHERE later.event_id = held.event_id AND later.mpan = held.mpan
        AND later.amsid = held.amsid AND later.fsp_id = held.fsp_id
        AND later.ts_utc = held.ts_utc);
CREATE VIEW flag AS SELECT * FROM flag_version AS held WHERE retired = 0 AND version =
    (SELECT max(version) FROM flag_version AS later WHERE later.flag_id = held.flag_id);
CREATE INDEX flag_version_load ON flag_version (load_id) WHERE load_id IS NOT NULL;
CREATE INDEX flag_version_key ON flag_version (key);
CREATE INDEX flag_version_mpan ON flag_version (mpan);
CREATE VIEW dispute AS SELECT * FROM dispute_version AS held WHERE retired = 0 AND version =
    (SELECT max(version) FROM dispute_version AS later WHERE later.dispute_id = held.dispute_id);
CREATE INDEX dispute_version_load ON dispute_version (load_id) WHERE load_id IS NOT NULL;
CREATE INDEX dispute_version_mpan ON dispute_version (mpan);
CREATE INDEX dispute_version_flag_id ON dispute_version (flag_id);
CREATE VIEW setting AS SELECT * FROM setting_version AS held WHERE retired = 0 AND version =
    (SELECT max(version) FROM setting_version AS later WHERE later.setting_id = held.setting_id);
CREATE INDEX setting_version_load ON setting_version (load_id) WHERE load_id IS NOT NULL;
CREATE VIEW bulk_load AS SELECT * FROM bulk_load_version AS held WHERE retired = 0 AND version =
    (SELECT max(version) FROM bulk_load_version AS later WHERE later.bulk_load_id = held.bulk_load_id);
CREATE INDEX bulk_load_version_load ON bulk_load_version (load_id) WHERE load_id IS NOT NULL;
CREATE INDEX source_seen ON source (sha256, layout, mapping_sha256);
CREATE INDEX audit_entry_entity ON audit_entry (entity, entity_id);
CREATE TRIGGER organisation_version_no_update BEFORE UPDATE ON organisation_version BEGIN SELECT RAISE(ABORT, 'organisation_version is append-only: UPDATE refused'); END;
CREATE TRIGGER organisation_version_no_delete BEFORE DELETE ON organisation_version BEGIN SELECT RAISE(ABORT, 'organisation_version is append-only: DELETE refused'); END;
CREATE TRIGGER organisation_version_in_order BEFORE INSERT ON organisation_version WHEN NEW.version != coalesce((SELECT max(version) FROM organisation_version WHERE organisation_id = NEW.organisation_id), 0) + 1 BEGIN SELECT RAISE(ABORT, 'organisation_version is append-only: out of order'); END;
CREATE TRIGGER asset_version_no_update BEFORE UPDATE ON asset_version BEGIN SELECT RAISE(ABORT, 'asset_version is append-only: UPDATE refused'); END;
CREATE TRIGGER asset_version_no_delete BEFORE DELETE ON asset_version BEGIN SELECT RAISE(ABORT, 'asset_version is append-only: DELETE refused'); END;
CREATE TRIGGER asset_version_in_order BEFORE INSERT ON asset_version WHEN NEW.version != coalesce((SELECT max(version) FROM asset_version WHERE asset_id = NEW.asset_id), 0) + 1 BEGIN SELECT RAISE(ABORT, 'asset_version is append-only: out of order'); END;
CREATE TRIGGER asset_meter_version_no_update BEFORE UPDATE ON asset_meter_version BEGIN SELECT RAISE(ABORT, 'asset_meter_version is append-only: UPDATE refused'); END;
CREATE TRIGGER asset_meter_version_no_delete BEFORE DELETE ON asset_meter_version BEGIN SELECT RAISE(ABORT, 'asset_meter_version is append-only: DELETE refused'); END;
CREATE TRIGGER asset_meter_version_in_order BEFORE INSERT ON asset_meter_version WHEN NEW.version != coalesce((SELECT max(version) FROM asset_meter_version WHERE asset_meter_id = NEW.asset_meter_id), 0) + 1 BEGIN SELECT RAISE(ABORT, 'asset_meter_version is append-only: out of order'); END;
CREATE TRIGGER pairing_version_no_update BEFORE UPDATE ON pairing_version BEGIN SELECT RAISE(ABORT, 'pairing_version is append-only: UPDATE refused'); END;
CREATE TRIGGER pairing_version_no_delete BEFORE DELETE ON pairing_version BEGIN SELECT RAISE(ABORT, 'pairing_version is append-only: DELETE refused'); END;
CREATE TRIGGER pairing_version_in_order BEFORE INSERT ON pairing_version WHEN NEW.version != coalesce((SELECT max(version) FROM pairing_version WHERE pairing_id = NEW.pairing_id), 0) + 1 BEGIN SELECT RAISE(ABORT, 'pairing_version is append-only: out of order'); END;
CREATE TRIGGER agreement_version_no_update BEFORE UPDATE ON agreement_version BEGIN SELECT RAISE(ABORT, 'agreement_version is append-only: UPDATE refused'); END;
CREATE TRIGGER agreement_version_no_delete BEFORE DELETE ON agreement_version BEGIN SELECT RAISE(ABORT, 'agreement_version is append-only: DELETE refused'); END;
CREATE TRIGGER agreement_version_in_order BEFORE INSERT ON agreement_version WHEN NEW.version != coalesce((SELECT max(version) FROM agreement_version WHERE agreement_id = NEW.agreement_id), 0) + 1 BEGIN SELECT RAISE(ABORT, 'agreement_version is append-only: out of order'); END;
CREATE TRIGGER event_version_no_update BEFORE UPDATE ON event_version BEGIN SELECT RAISE(ABORT, 'event_version is append-only: UPDATE refused'); END;
CREATE TRIGGER event_version_no_delete BEFORE DELETE ON event_version BEGIN SELECT RAISE(ABORT, 'event_version is append-only: DELETE refused'); END;
CREATE TRIGGER event_version_in_order BEFORE INSERT ON event_version WHEN NEW.version != coalesce((SELECT max(version) FROM event_version WHERE event_id = NEW.event_id), 0) + 1 BEGIN SELECT RAISE(ABORT, 'event_version is append-only: out of order'); END;
CREATE TRIGGER signal_version_no_update BEFORE UPDATE ON signal_version BEGIN SELECT RAISE(ABORT, 'signal_version is append-only: UPDATE refused'); END;
CREATE TRIGGER signal_version_no_delete BEFORE DELETE ON signal_version BEGIN SELECT RAISE(ABORT, 'signal_version is append-only: DELETE refused'); END;
CREATE TRIGGER signal_version_in_order BEFORE INSERT ON signal_version WHEN NEW.version != coalesce((SELECT max(version) FROM signal_version WHERE signal_id = NEW.signal_id), 0) + 1 BEGIN SELECT RAISE(ABORT, 'signal_version is append-only: out of order'); END;
CREATE TRIGGER connection_version_no_update BEFORE UPDATE ON connection_version BEGIN SELECT RAISE(ABORT, 'connection_version is append-only: UPDATE refused'); END;
CREATE TRIGGER connection_version_no_delete BEFORE DELETE ON connection_version BEGIN SELECT RAISE(ABORT, 'connection_version is append-only: DELETE refused'); END;
CREATE TRIGGER connection_version_in_order BEFORE INSERT ON connection_version WHEN NEW.version != coalesce((SELECT max(version) FROM connection_version WHERE connection_id = NEW.connection_id), 0) + 1 BEGIN SELECT RAISE(ABORT, 'connection_version is append-only: out of order'); END;
CREATE TRIGGER flag_version_no_update BEFORE UPDATE ON flag_version BEGIN SELECT RAISE(ABORT, 'flag_version is append-only: UPDATE refused'); END;
CREATE TRIGGER flag_version_no_delete BEFORE DELETE ON flag_version BEGIN SELECT RAISE(ABORT, 'flag_version is append-only: DELETE refused'); END;
CREATE TRIGGER flag_version_in_order BEFORE INSERT ON flag_version WHEN NEW.version != coalesce((SELECT max(version) FROM flag_version WHERE flag_id = NEW.flag_id), 0) + 1 BEGIN SELECT RAISE(ABORT, 'flag_version is append-only: out of order'); END;
CREATE TRIGGER dispute_version_no_update BEFORE UPDATE ON dispute_version BEGIN SELECT RAISE(ABORT, 'dispute_version is append-only: UPDATE refused'); END;
CREATE TRIGGER dispute_version_no_delete BEFORE DELETE ON dispute_version BEGIN SELECT RAISE(ABORT, 'dispute_version is append-only: DELETE refused'); END;
CREATE TRIGGER dispute_version_in_order BEFORE INSERT ON dispute_version WHEN NEW.version != coalesce((SELECT max(version) FROM dispute_version WHERE dispute_id = NEW.dispute_id), 0) + 1 BEGIN SELECT RAISE(ABORT, 'dispute_version is append-only: out of order'); END;
CREATE TRIGGER setting_version_no_update BEFORE UPDATE ON setting_version BEGIN SELECT RAISE(ABORT, 'setting_version is append-only: UPDATE refused'); END;
CREATE TRIGGER setting_version_no_delete BEFORE DELETE ON setting_version BEGIN SELECT RAISE(ABORT, 'setting_version is append-only: DELETE refused'); END;
CREATE TRIGGER setting_version_in_order BEFORE INSERT ON setting_version WHEN NEW.version != coalesce((SELECT max(version) FROM setting_version WHERE setting_id = NEW.setting_id), 0) + 1 BEGIN SELECT RAISE(ABORT, 'setting_version is append-only: out of order'); END;
CREATE TRIGGER bulk_load_version_no_update BEFORE UPDATE ON bulk_load_version BEGIN SELECT RAISE(ABORT, 'bulk_load_version is append-only: UPDATE refused'); END;
CREATE TRIGGER bulk_load_version_no_delete BEFORE DELETE ON bulk_load_version BEGIN SELECT RAISE(ABORT, 'bulk_load_version is append-only: DELETE refused'); END;
CREATE TRIGGER bulk_load_version_in_order BEFORE INSERT ON bulk_load_version WHEN NEW.version != coalesce((SELECT max(version) FROM bulk_load_version WHERE bulk_load_id = NEW.bulk_load_id), 0) + 1 BEGIN SELECT RAISE(ABORT, 'bulk_load_version is append-only: out of order'); END;
CREATE TRIGGER declared_version_no_update BEFORE UPDATE ON declared_version BEGIN SELECT RAISE(ABORT, 'declared_version is append-only: UPDATE refused'); END;
CREATE TRIGGER declared_version_no_delete BEFORE DELETE ON declared_version BEGIN SELECT RAISE(ABORT, 'declared_version is append-only: DELETE refused'); END;
CREATE TRIGGER declared_version_in_order BEFORE INSERT ON declared_version WHEN NEW.version != coalesce((SELECT max(version) FROM declared_version WHERE event_id = NEW.event_id AND mpan = NEW.mpan AND amsid = NEW.amsid AND fsp_id = NEW.fsp_id AND ts_utc = NEW.ts_utc), 0) + 1 BEGIN SELECT RAISE(ABORT, 'declared_version is append-only: out of order'); END;
CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only: UPDATE refused'); END;
CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only: DELETE refused'); END;
CREATE TRIGGER audit_entry_in_order BEFORE INSERT ON audit_entry WHEN NEW.seq != coalesce((SELECT max(seq) FROM audit_entry), 0) + 1 OR NEW.prev_hash != coalesce((SELECT hash FROM audit_entry ORDER BY seq DESC LIMIT 1), '') BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only: out of order'); END;
CREATE TRIGGER access_entry_no_update BEFORE UPDATE ON access_entry BEGIN SELECT RAISE(ABORT, 'access_entry is append-only: UPDATE refused'); END;
CREATE TRIGGER access_entry_no_delete BEFORE DELETE ON access_entry BEGIN SELECT RAISE(ABORT, 'access_entry is append-only: DELETE refused'); END;
CREATE TRIGGER access_entry_in_order BEFORE INSERT ON access_entry WHEN EXISTS (SELECT 1 FROM access_entry WHERE access_id = NEW.access_id) BEGIN SELECT RAISE(ABORT, 'access_entry is append-only: out of order'); END;
CREATE TRIGGER ledger_commit_no_update BEFORE UPDATE ON ledger_commit BEGIN SELECT RAISE(ABORT, 'ledger_commit is append-only: UPDATE refused'); END;
CREATE TRIGGER ledger_commit_no_delete BEFORE DELETE ON ledger_commit BEGIN SELECT RAISE(ABORT, 'ledger_commit is append-only: DELETE refused'); END;
CREATE TRIGGER ledger_commit_in_order BEFORE INSERT ON ledger_commit WHEN EXISTS (SELECT 1 FROM ledger_commit WHERE commit_id = NEW.commit_id) BEGIN SELECT RAISE(ABORT, 'ledger_commit is append-only: out of order'); END;
CREATE TRIGGER source_no_update BEFORE UPDATE ON source BEGIN SELECT RAISE(ABORT, 'source is append-only: UPDATE refused'); END;
CREATE TRIGGER source_no_delete BEFORE DELETE ON source BEGIN SELECT RAISE(ABORT, 'source is append-only: DELETE refused'); END;
CREATE TRIGGER source_in_order BEFORE INSERT ON source WHEN EXISTS (SELECT 1 FROM source WHERE source_id = NEW.source_id) BEGIN SELECT RAISE(ABORT, 'source is append-only: out of order'); END;
CREATE TRIGGER dispute_bundle_no_update BEFORE UPDATE ON dispute_bundle BEGIN SELECT RAISE(ABORT, 'dispute_bundle is append-only: UPDATE refused'); END;
CREATE TRIGGER dispute_bundle_no_delete BEFORE DELETE ON dispute_bundle BEGIN SELECT RAISE(ABORT, 'dispute_bundle is append-only: DELETE refused'); END;
CREATE TRIGGER dispute_bundle_in_order BEFORE INSERT ON dispute_bundle WHEN EXISTS (SELECT 1 FROM dispute_bundle WHERE summary_sha256 = NEW.summary_sha256) BEGIN SELECT RAISE(ABORT, 'dispute_bundle is append-only: out of order'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit_entry',16);
INSERT INTO "sqlite_sequence" VALUES('ledger_commit',1);
COMMIT;
