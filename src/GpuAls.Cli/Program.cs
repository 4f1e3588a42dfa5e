using GpuAls.Cli;

return await CommandLine.RunAsync(args, CliConsole.System()).ConfigureAwait(false);
