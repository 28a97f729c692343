"""One trainer for every task: the loop, its schedules and checkpoints, and the engines that it runs on."""
