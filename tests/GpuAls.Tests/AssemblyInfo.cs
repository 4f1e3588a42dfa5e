// Many tests wait: for processes, servers, barriers of emulated groups. More of them at once than cores.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(8)]
