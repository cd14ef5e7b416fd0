namespace IceSharp.Testing;

/// <summary>The file format of recordings: a line of text that says what it is and that it is secret, then entries.</summary>
internal static class ReplayFormat
{
    /// <summary>The ending of file names.</summary>
    public const string Extension = ".icereplay";

    /// <summary>The first line. Whoever opens the file with a text viewer reads this first.</summary>
    public const string Header = "icereplay 1 SECRET: holds the passwords, keys and payload of a session; never publish it\n";

    public const int MaxBytes = 1 << 20;
}
