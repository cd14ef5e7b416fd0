using System.ComponentModel;
using System.Runtime.InteropServices;

namespace IceSharp.Interop.Tests.Namespaces;

/// <summary>Runs code of this process inside a network namespace: sockets made there stay there, whichever thread uses them later.</summary>
internal static partial class NamespaceThread
{
    private const int CloneNewNet = 0x40000000;

    /// <summary>Runs <paramref name="work"/> on a thread of its own, which ends with it: a thread of the pool must not be left in a foreign namespace.</summary>
    public static Task<T> RunAsync<T>(string namespacePath, Func<T> work)
    {
        TaskCompletionSource<T> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() =>
        {
            try
            {
                Enter(namespacePath);
                result.SetResult(work());
            }
            catch (Exception failure)
            {
                result.SetException(failure);
            }
        })
        {
            IsBackground = true,
            Name = Path.GetFileName(namespacePath),
        };
        thread.Start();
        return result.Task;
    }

    private static void Enter(string namespacePath)
    {
        using var handle = File.OpenHandle(namespacePath);
        if (SetNamespace(handle, CloneNewNet) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"setns to '{namespacePath}' failed");
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeHandle descriptor, int kind);
}
