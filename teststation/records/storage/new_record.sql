CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE setting (
	name VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_setting PRIMARY KEY (name)
);
CREATE TABLE person (
	id VARCHAR(36) NOT NULL, 
	family_name TEXT NOT NULL, 
	given_name TEXT NOT NULL, 
	born VARCHAR(10), 
	sex VARCHAR(8) NOT NULL, 
	number VARCHAR(64), 
	height_cm FLOAT, 
	note TEXT NOT NULL, 
	search_key TEXT NOT NULL, 
	sort_key TEXT NOT NULL, 
	created_at VARCHAR(32) NOT NULL, 
	updated_at VARCHAR(32) NOT NULL, revision INTEGER DEFAULT '1' NOT NULL, merged_into VARCHAR(36), demo INTEGER DEFAULT '0' NOT NULL, salt VARCHAR(32) DEFAULT '' NOT NULL, language VARCHAR(8), 
	CONSTRAINT pk_person PRIMARY KEY (id), 
	CONSTRAINT uq_person_number UNIQUE (number)
);
CREATE INDEX ix_person_sort_key ON person (sort_key);
CREATE TABLE test (
	id VARCHAR(64) NOT NULL, 
	person_id VARCHAR(36) NOT NULL, 
	started_at VARCHAR(40) NOT NULL, 
	started_utc VARCHAR(32) NOT NULL, 
	protocol_id TEXT NOT NULL, 
	protocol_sha256 VARCHAR(64) NOT NULL, 
	protocol_text TEXT NOT NULL, 
	subject_json TEXT NOT NULL, 
	conditions_json TEXT NOT NULL, 
	outcome VARCHAR(16), 
	reason_json TEXT, 
	treadmill TEXT NOT NULL, 
	heart_rate TEXT NOT NULL, 
	run_json TEXT NOT NULL, 
	events_count INTEGER NOT NULL, 
	events_sha256 VARCHAR(64) NOT NULL, 
	software_version VARCHAR(32) NOT NULL, 
	saved_at VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_test PRIMARY KEY (id), 
	CONSTRAINT fk_test_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX ix_test_person_started ON test (person_id, started_utc);
CREATE TABLE stage (
	test_id VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	plan_index INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	planned_duration_s FLOAT NOT NULL, 
	planned_speed_kmh FLOAT NOT NULL, 
	planned_incline_pct FLOAT NOT NULL, 
	began_s FLOAT NOT NULL, 
	ended_s FLOAT, 
	extended_s FLOAT NOT NULL, 
	gait VARCHAR(8) NOT NULL, 
	handrail INTEGER NOT NULL, 
	rpe INTEGER, 
	systolic_mmhg INTEGER, 
	diastolic_mmhg INTEGER, 
	CONSTRAINT pk_stage PRIMARY KEY (test_id, number), 
	CONSTRAINT fk_stage_test_id_test FOREIGN KEY(test_id) REFERENCES test (id)
);
CREATE TABLE event (
	test_id VARCHAR(64) NOT NULL, 
	seq INTEGER NOT NULL, 
	t_s FLOAT NOT NULL, 
	kind VARCHAR(64) NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_event PRIMARY KEY (test_id, seq), 
	CONSTRAINT fk_event_test_id_test FOREIGN KEY(test_id) REFERENCES test (id)
);
CREATE TABLE result (
	test_id VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	created_at VARCHAR(32) NOT NULL, 
	algorithm_version VARCHAR(32) NOT NULL, 
	software_version VARCHAR(32) NOT NULL, 
	headline TEXT NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	vo2max_ml_kg_min FLOAT, 
	low_ml_kg_min FLOAT, 
	high_ml_kg_min FLOAT, 
	hr_max_bpm FLOAT NOT NULL, 
	hr_max_source VARCHAR(32) NOT NULL, 
	fitness_age_years FLOAT, 
	assessment_json TEXT NOT NULL, 
	CONSTRAINT pk_result PRIMARY KEY (test_id, number), 
	CONSTRAINT fk_result_test_id_test FOREIGN KEY(test_id) REFERENCES test (id)
);
CREATE TABLE person_version (
	person_id VARCHAR(36) NOT NULL, 
	revision INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	replaced_at VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_person_version PRIMARY KEY (person_id, revision), 
	CONSTRAINT fk_person_version_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE TABLE person_merge (
	id VARCHAR(36) NOT NULL, 
	kept_id VARCHAR(36) NOT NULL, 
	duplicate_id VARCHAR(36) NOT NULL, 
	kept_revision INTEGER NOT NULL, 
	duplicate_revision INTEGER NOT NULL, 
	merged_at VARCHAR(32) NOT NULL, 
	undone_at VARCHAR(32), 
	CONSTRAINT pk_person_merge PRIMARY KEY (id), 
	CONSTRAINT fk_person_merge_kept_id_person FOREIGN KEY(kept_id) REFERENCES person (id), 
	CONSTRAINT fk_person_merge_duplicate_id_person FOREIGN KEY(duplicate_id) REFERENCES person (id)
);
CREATE INDEX ix_person_merge_kept_id ON person_merge (kept_id);
CREATE INDEX ix_person_merge_duplicate_id ON person_merge (duplicate_id);
CREATE TABLE person_merge_test (
	merge_id VARCHAR(36) NOT NULL, 
	test_id VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_person_merge_test PRIMARY KEY (merge_id, test_id), 
	CONSTRAINT fk_person_merge_test_merge_id_person_merge FOREIGN KEY(merge_id) REFERENCES person_merge (id), 
	CONSTRAINT fk_person_merge_test_test_id_test FOREIGN KEY(test_id) REFERENCES test (id)
);
CREATE TABLE station_user (
	id VARCHAR(36) NOT NULL, 
	login VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	password_hash TEXT NOT NULL, 
	password_set_at VARCHAR(32) NOT NULL, 
	must_change INTEGER NOT NULL, 
	active INTEGER NOT NULL, 
	created_at VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_station_user PRIMARY KEY (id), 
	CONSTRAINT uq_station_user_login UNIQUE (login)
);
CREATE TABLE login_guess (
	login_sha256 VARCHAR(64) NOT NULL, 
	failed INTEGER NOT NULL, 
	blocked_until VARCHAR(32), 
	CONSTRAINT pk_login_guess PRIMARY KEY (login_sha256)
);
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	user_id VARCHAR(36), 
	actor TEXT NOT NULL, 
	action VARCHAR(32) NOT NULL, 
	person_id VARCHAR(36), 
	test_id VARCHAR(64), 
	detail TEXT NOT NULL, 
	previous_sha256 VARCHAR(64) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (seq)
);
CREATE INDEX ix_audit_person_seq ON audit (person_id, seq);
CREATE TABLE audit_head (
	id INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit_head PRIMARY KEY (id)
);
CREATE TABLE signature (
	test_id VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	user_id VARCHAR(36) NOT NULL, 
	user_name TEXT NOT NULL, 
	user_role VARCHAR(16) NOT NULL, 
	signed_at VARCHAR(32) NOT NULL, 
	result_number INTEGER NOT NULL, 
	comment TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	subject_json TEXT, 
	content_sha256 VARCHAR(64) NOT NULL, 
	audit_seq INTEGER NOT NULL, 
	audit_sha256 VARCHAR(64) NOT NULL, symptoms_json TEXT, 
	CONSTRAINT pk_signature PRIMARY KEY (test_id, number), 
	CONSTRAINT fk_signature_test_id_test FOREIGN KEY(test_id) REFERENCES test (id), 
	CONSTRAINT fk_signature_user_id_station_user FOREIGN KEY(user_id) REFERENCES station_user (id)
);
CREATE TABLE imported_result (
	id VARCHAR(36) NOT NULL, 
	person_id VARCHAR(36) NOT NULL, 
	tested_on VARCHAR(10) NOT NULL, 
	vo2max_ml_kg_min FLOAT NOT NULL, 
	method TEXT NOT NULL, 
	hr_max_bpm FLOAT, 
	weight_kg FLOAT, 
	comment TEXT NOT NULL, 
	source_sha256 VARCHAR(64) NOT NULL, 
	imported_at VARCHAR(32) NOT NULL, 
	imported_by TEXT NOT NULL, 
	CONSTRAINT pk_imported_result PRIMARY KEY (id), 
	CONSTRAINT fk_imported_result_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX ix_imported_result_person_id ON imported_result (person_id);
CREATE TABLE run_now (
	run_id VARCHAR(64) NOT NULL, 
	person_id VARCHAR(36) NOT NULL, 
	station_id VARCHAR(36) NOT NULL, 
	until VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_run_now PRIMARY KEY (run_id)
);
CREATE TABLE training (
	id VARCHAR(36) NOT NULL, 
	number INTEGER NOT NULL, 
	person_id VARCHAR(36) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	body TEXT NOT NULL, 
	withdrawn INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	written_at VARCHAR(32) NOT NULL, 
	written_by TEXT NOT NULL, 
	salt VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_training PRIMARY KEY (id, number), 
	CONSTRAINT fk_training_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX ix_training_person_id ON training (person_id);
CREATE TABLE session_result (
	test_id VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	created_at VARCHAR(32) NOT NULL, 
	algorithm_version VARCHAR(32) NOT NULL, 
	software_version VARCHAR(32) NOT NULL, 
	bouts_planned INTEGER NOT NULL, 
	bouts_done INTEGER NOT NULL, 
	bouts_reached INTEGER, 
	minutes FLOAT NOT NULL, 
	in_band_s FLOAT, 
	peak_bpm FLOAT, 
	peak_all_out INTEGER NOT NULL, 
	session_json TEXT NOT NULL, 
	CONSTRAINT pk_session_result PRIMARY KEY (test_id, number), 
	CONSTRAINT fk_session_result_test_id_test FOREIGN KEY(test_id) REFERENCES test (id)
);
INSERT INTO "alembic_version" VALUES ('0010');
INSERT INTO "audit_head" VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
