namespace GpuAls.App;

/// <summary>Progress on the thread that reports it, unlike <see cref="Progress{T}"/>, so that events keep their order.</summary>
internal sealed class Relay<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
