-- Jobs over what is stored work in steps, and whoever asks for a step keeps the place: nothing of them is stored.
DROP TABLE maintenance_jobs;
