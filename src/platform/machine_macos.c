#include "platform/machine.h"

#include <mach/mach.h>
#include <mach/mach_time.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/sysctl.h>

static void read_memory(struct machine *m) {
    int64_t total = 0;
    size_t size = sizeof total;
    vm_statistics64_data_t vm;
    mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
    mach_port_t host = mach_host_self();
    vm_size_t page = 0;
    bool known = sysctlbyname("hw.memsize", &total, &size, NULL, 0) == 0 &&
                 host_page_size(host, &page) == KERN_SUCCESS &&
                 host_statistics64(host, HOST_VM_INFO64, (host_info64_t)&vm, &count) == KERN_SUCCESS;
    mach_port_deallocate(mach_task_self(), host);
    if (!known || total <= 0) return;
    m->memory_total = total;
    m->memory_available = ((int64_t)vm.free_count + vm.inactive_count + vm.purgeable_count) * (int64_t)page;
    if (m->memory_available > total) m->memory_available = total;
}

static void read_swap(struct machine *m) {
    struct xsw_usage swap;
    size_t size = sizeof swap;
    if (sysctlbyname("vm.swapusage", &swap, &size, NULL, 0) != 0) return;
    m->swap_total = (int64_t)swap.xsu_total;
    m->swap_used = (int64_t)swap.xsu_used;
}

void machine_read(struct machine *m) {
    double load[1];
    int processors = 0;
    size_t size = sizeof processors;
    m->load = getloadavg(load, 1) == 1 && load[0] >= 0 && load[0] < 1e6 ? (int64_t)(load[0] * 100 + 0.5) : -1;
    m->processors = sysctlbyname("hw.logicalcpu", &processors, &size, NULL, 0) == 0 && processors > 0 ? processors : 0;
    m->memory_total = m->memory_available = m->swap_used = 0;
    m->swap_total = -1;
    read_memory(m);
    read_swap(m);
}

struct machine_clocks machine_clocks(void) {
    mach_timebase_info_data_t base;
    if (mach_timebase_info(&base) != KERN_SUCCESS || base.denom == 0) return (struct machine_clocks){-1, -1};
    double ms = (double)base.numer / (double)base.denom / 1e6;
    return (struct machine_clocks){(int64_t)((double)mach_absolute_time() * ms),
                                   (int64_t)((double)mach_continuous_time() * ms)};
}
