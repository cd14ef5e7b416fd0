namespace IceSharp.Interop.Peer;

/// <summary>Standard output, a whole line at a time.</summary>
internal static class Output
{
    private static readonly TextWriter Writer = TextWriter.Synchronized(Console.Out);

    public static void Write(string line) => Writer.WriteLine(line);
}
