using IceSharp.Protocol;

namespace IceSharp.Internal.Driver;

/// <summary>The members of a loop by deadline: a binary heap in which each member knows its place, so a deadline moves in logarithmic time and the loop never wakes for one that is gone.</summary>
internal sealed class DeadlineQueue
{
    private readonly List<LoopMember> _heap = [];

    /// <summary>The earliest deadline.</summary>
    public MonotonicTime Next => _heap.Count == 0 ? MonotonicTime.Never : _heap[0].Deadline;

    /// <summary>A member whose deadline has come; null when there is none.</summary>
    public LoopMember? PeekDue(MonotonicTime now) => Next <= now && !Next.IsNever ? _heap[0] : null;

    /// <summary>Sets a member's deadline; <see cref="MonotonicTime.Never"/> takes it out.</summary>
    public void Set(LoopMember member, MonotonicTime deadline)
    {
        member.Deadline = deadline;
        if (deadline.IsNever)
        {
            Remove(member);
            return;
        }

        if (member.DeadlineIndex < 0)
        {
            member.DeadlineIndex = _heap.Count;
            _heap.Add(member);
        }

        SiftDown(SiftUp(member.DeadlineIndex));
    }

    private void Remove(LoopMember member)
    {
        int index = member.DeadlineIndex;
        if (index < 0)
        {
            return;
        }

        member.DeadlineIndex = -1;
        LoopMember last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (last != member)
        {
            Place(last, index);
            SiftDown(SiftUp(index));
        }
    }

    private int SiftUp(int index)
    {
        LoopMember member = _heap[index];
        while (index > 0 && member.Deadline < _heap[(index - 1) / 2].Deadline)
        {
            Place(_heap[(index - 1) / 2], index);
            index = (index - 1) / 2;
        }

        Place(member, index);
        return index;
    }

    private void SiftDown(int index)
    {
        LoopMember member = _heap[index];
        while (true)
        {
            int child = (2 * index) + 1;
            if (child + 1 < _heap.Count && _heap[child + 1].Deadline < _heap[child].Deadline)
            {
                child++;
            }

            if (child >= _heap.Count || member.Deadline <= _heap[child].Deadline)
            {
                break;
            }

            Place(_heap[child], index);
            index = child;
        }

        Place(member, index);
    }

    private void Place(LoopMember member, int index)
    {
        _heap[index] = member;
        member.DeadlineIndex = index;
    }
}
