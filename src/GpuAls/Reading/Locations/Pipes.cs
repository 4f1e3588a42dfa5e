namespace GpuAls;

/// <summary>Tells pipes from files, which .NET does only once they are open.</summary>
internal static class Pipes
{
    /// <summary>Opening a pipe waits for somebody who writes into it; a file is open long before.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static bool IsPipe(string path)
    {
        var info = new FileInfo(path);
        if (info.LinkTarget is null && info.Length > 0) return false; // a pipe has no length
        var opened = Task.Run(() => IsSeekable(path));
        return Task.WaitAny([opened], Patience) < 0 || !opened.GetAwaiter().GetResult();
    }

    private static bool IsSeekable(string path)
    {
        using var stream = File.OpenRead(path);
        return stream.CanSeek;
    }
}
